"""Why a student process cannot be locked on this system, and the one command that mends it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from autograder.isolation import landlock

_DOCKER_FLAGS = (
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What of a system decides how far a student process can be locked."""

    platform: str = "linux"
    """As ``sys.platform``."""
    root: bool = False
    container: bool = False
    """Whether it is the inside of a Docker or Podman container."""
    apparmor_restricts: bool = False
    """Ubuntu from 23.10: ordinary users get user namespaces in which they may do nothing."""
    clone_forbidden: bool = False
    """Debian's own switch: ordinary users get no user namespaces."""
    no_user_namespaces: bool = False
    """Nobody gets any."""
    landlock: int = 0
    """Version in the kernel; 0: none, as on RHEL 9."""
    systemd: bool = False

    @classmethod
    def here(cls, files: Path = Path("/")) -> Self:
        """The system that this runs on; its files are below ``files``."""

        def number(path: str, default: int) -> int:
            try:
                return int((files / path).read_text())
            except (OSError, ValueError):
                return default

        if sys.platform != "linux":
            return cls(platform=sys.platform)
        return cls(
            root=os.geteuid() == 0,
            container=any((files / name).exists() for name in (".dockerenv", "run/.containerenv")),
            apparmor_restricts=number("proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 1,
            clone_forbidden=number("proc/sys/kernel/unprivileged_userns_clone", 1) == 0,
            no_user_namespaces=number("proc/sys/user/max_user_namespaces", 1) == 0,
            landlock=_landlock(),
            systemd=(files / "run/systemd/system").is_dir(),
        )


def _landlock() -> int:
    try:
        return landlock.version()
    except OSError:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What stands in the way and what to do."""

    reason: str
    """A sentence without its full stop."""
    command: str

    def to_json(self) -> dict[str, str]:
        """For ``json.dumps``."""
        return {"reason": self.reason, "command": self.command}


def remedy(system: System) -> Remedy:
    """What makes ``contained`` possible where it is not."""
    if system.platform != "linux":
        name = {"darwin": "macOS", "win32": "Windows"}.get(system.platform, system.platform)
        return Remedy(
            reason=f"{name} has nothing to lock a student process with, but Linux in a container has",
            command=f'docker run --rm -it {_DOCKER_FLAGS} -v "$PWD:/course" -w /course python:3.12 bash',
        )
    if system.container:
        return Remedy(
            reason="this container may not make namespaces; start it with other settings",
            command=f"docker run {_DOCKER_FLAGS} …",
        )
    if system.no_user_namespaces and not system.root:
        return Remedy(
            reason="user namespaces are switched off", command="sudo sysctl -w user.max_user_namespaces=15000"
        )
    if system.clone_forbidden and not system.root:
        return Remedy(
            reason="user namespaces are switched off for ordinary users",
            command="sudo sysctl -w kernel.unprivileged_userns_clone=1",
        )
    if system.apparmor_restricts and not system.root:
        return Remedy(
            reason="AppArmor lets ordinary users make no namespaces",
            command="sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        )
    if not system.root:
        return Remedy(
            reason="this user may not make namespaces" + _without_landlock(system),
            command='sudo "$(command -v autograder)" grade …',
        )
    return Remedy(
        reason="root may not make namespaces here" + _without_landlock(system) + "; a virtual machine may",
        command=f"docker run --rm -it {_DOCKER_FLAGS} …",
    )


def _without_landlock(system: System) -> str:
    return "" if system.landlock else ", and the kernel has no Landlock"


def remedy_for_metering(system: System) -> Remedy:
    """What makes ``metered`` possible where ``contained`` is, but control groups are not."""
    reason = "memory and processes are limited for each process or by looking, and not counted by the kernel"
    if system.systemd and not system.root:
        return Remedy(reason=reason, command="systemd-run --user --scope -p Delegate=yes autograder grade …")
    if not system.root:
        return Remedy(reason=reason, command='sudo "$(command -v autograder)" grade …')
    if system.container:  # for all of the batch together
        return Remedy(reason=reason, command="docker run --memory 8g --pids-limit 1000 …")
    return Remedy(reason=reason, command="systemd-run --scope -p Delegate=yes autograder grade …")
