"""A control group for each student process: counts the memory and the processes of all that it starts.

Works with the separate controllers of version 1 and with version 2, made below the grader's own group where
the system lets it, so that whatever limits the grader holds for its students as well. Runs in the grader.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from autograder.errors import InfrastructureError
from autograder.isolation.temporary import PROCESS, is_gone, this_process

_CONTROLLERS = ("memory", "pids")
_PATIENCE = 10.0
_SET_ASIDE = 2**20
_NAME = re.compile(rf"autograder-({PROCESS})-\d+")
_OWN_LEAF = "autograder-itself"
_numbers = itertools.count()


class Cgroup:
    """One group; in version 1 one folder for each controller, in version 2 one for both."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._memory, self._pids = folders["memory"], folders["pids"]
        self._folders = tuple(dict.fromkeys(folders.values()))
        self._version = 2 if self._memory == self._pids else 1

    @classmethod
    def create(cls, *, memory: int, tasks: int) -> Self:
        """Make a group, and remove those that graders left that were killed.

        Args:
            memory: bytes that all its processes may use together, files in memory included; no swap.
            tasks: processes and threads that may be in it.

        Raises:
            InfrastructureError: there is no control group in which this user may make others.
        """
        name = f"autograder-{this_process()}-{next(_numbers)}"
        made: dict[str, Path] = {}
        try:
            for controller, parent in _parents().items():
                _remove_stale(parent)
                made[controller] = parent / name
                made[controller].mkdir(exist_ok=True)
            group = cls(made)
            group._limit(memory, tasks)
        except OSError as error:
            for folder in made.values():
                with contextlib.suppress(OSError):
                    folder.rmdir()
            reason = error.strerror or str(error)
            raise InfrastructureError(
                f"cannot make a control group for a student process: {reason}"
            ) from error
        return group

    def _limit(self, memory: int, tasks: int) -> None:
        if self._version == 2:
            _write(self._memory / "memory.max", memory)
            _write(self._memory / "memory.swap.max", 0, optional=True)
        else:
            _write(self._memory / "memory.limit_in_bytes", memory)
            _write(self._memory / "memory.memsw.limit_in_bytes", memory, optional=True)
        _write(self._pids / "pids.max", tasks)

    @property
    def entrances(self) -> tuple[str, ...]:
        """Files that a process writes 0 to, to enter; see ``Fence.cgroups``."""
        return tuple(str(folder / "cgroup.procs") for folder in self._folders)

    def add(self, pid: int) -> None:
        """Put a process in, with all its threads; its children follow, and memory that it uses from now on.

        Raises:
            OSError: there is no such process, or not allowed.
        """
        for entrance in self.entrances:
            _write(Path(entrance), pid)

    def members(self) -> set[int]:
        """The processes in it."""
        found: set[int] = set()
        for entrance in self.entrances:
            with contextlib.suppress(FileNotFoundError):
                found.update(map(int, Path(entrance).read_text().split()))
        return found - {0}  # those that this process cannot name

    def memory(self) -> int:
        """Bytes in use, the kernel's on its behalf included; without files on disks that are only cached."""
        name, prefix = ("memory.current", "") if self._version == 2 else ("memory.usage_in_bytes", "total_")
        used = int((self._memory / name).read_text())
        lines = (line.split() for line in (self._memory / "memory.stat").read_text().splitlines())
        facts = {key: int(value) for key, value in lines}
        cached = facts["file"] if self._version == 2 else facts["total_cache"]
        return max(0, used - cached + facts.get(f"{prefix}shmem", 0))

    def out_of_memory(self) -> bool:
        """Whether the system has ended a process in it because this group had used up its memory.

        Processes are also ended where the whole machine has none left, or a group around this one.
        """
        name = "memory.events" if self._version == 2 else "memory.oom_control"
        facts = dict(line.split() for line in (self._memory / name).read_text().splitlines())
        if not int(facts.get("oom_kill", 0)):
            return False
        if self._version == 2:
            return int(facts["oom"]) > 0
        # Version 1 does not say whose limit it was. A full group lacks less than what a processor sets aside.
        most, limit = (
            int((self._memory / name).read_text())
            for name in ("memory.max_usage_in_bytes", "memory.limit_in_bytes")
        )
        return most > limit - _SET_ASIDE

    def kill(self) -> None:
        """End all in it, at once.

        Raises:
            InfrastructureError: something is still running after ten seconds.
        """
        with contextlib.suppress(FileNotFoundError):
            _write(self._pids / "pids.max", 0)  # nothing new, so that nothing is missed
        with contextlib.suppress(OSError):
            _write(self._memory / "cgroup.kill", 1, optional=True)
        deadline = time.monotonic() + _PATIENCE
        while members := self.members():
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise InfrastructureError("cannot end all processes in a student's control group")
            time.sleep(0.001)

    def remove(self) -> None:
        """End all in it and remove it. Safe to call again.

        Raises:
            InfrastructureError: it cannot be removed.
        """
        self.kill()
        deadline = time.monotonic() + _PATIENCE
        for folder in self._folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError as error:  # the last one is still leaving
                    if time.monotonic() > deadline:
                        raise InfrastructureError(
                            f"cannot remove a control group: {error.strerror}"
                        ) from error
                    time.sleep(0.001)


def _write(file: Path, value: int | str, *, optional: bool = False) -> None:
    # never create: a folder that lacks the file is not the control group that it is taken for
    try:
        descriptor = os.open(file, os.O_WRONLY)
    except FileNotFoundError:
        if optional:
            return
        raise
    try:
        os.write(descriptor, str(value).encode())
    finally:
        os.close(descriptor)


def _remove_stale(parent: Path) -> None:
    for folder in parent.iterdir():
        found = _NAME.fullmatch(folder.name)
        if found and is_gone(found[1]):
            # another grader may be at it, too
            with contextlib.suppress(OSError, InfrastructureError):
                Cgroup(dict.fromkeys(_CONTROLLERS, folder)).remove()


def _parents() -> dict[str, Path]:
    """By controller, the folder in which groups can be made."""
    own = _own_folders()
    if all(controller in own for controller in _CONTROLLERS):
        return {controller: own[controller] for controller in _CONTROLLERS}
    if "" not in own:
        raise OSError("the system has none that count memory and processes")
    for folder in _upwards(own[""]):
        if _enable(folder):
            return dict.fromkeys(_CONTROLLERS, folder)
    # version 2: a group with groups in it holds no processes itself. Where all of it is ours, step aside.
    leaf = own[""] / _OWN_LEAF
    leaf.mkdir(exist_ok=True)
    for pid in (own[""] / "cgroup.procs").read_text().split():
        _write(leaf / "cgroup.procs", pid)
    if not _enable(own[""]):
        raise OSError("this user may not divide the one that the grader is in")
    return dict.fromkeys(_CONTROLLERS, own[""])


def _upwards(folder: Path) -> Iterator[Path]:
    while (folder / "cgroup.subtree_control").exists():
        yield folder
        folder = folder.parent


def _enable(folder: Path) -> bool:
    """Have groups in ``folder`` (version 2) counted; whether they are and can be made."""
    if not os.access(folder, os.W_OK) or not os.access(folder / "cgroup.procs", os.W_OK):
        return False
    for controller in _CONTROLLERS:
        control = folder / "cgroup.subtree_control"
        if controller not in control.read_text().split():
            try:
                _write(control, f"+{controller}")
            except OSError:
                return False
    return True


def _own_folders() -> dict[str, Path]:
    """The groups that this process is in, by controller; by an empty name that of version 2."""
    mounts: dict[str, tuple[str, str]] = {}  # by controller: where it is mounted, and what of it
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        root, place = before.split()[3:5]
        kind, _, options = after.split(maxsplit=2)
        if kind == "cgroup2":
            mounts.setdefault("", (place, root))
        elif kind == "cgroup":
            for option in options.split(","):
                mounts.setdefault(option, (place, root))
    found: dict[str, Path] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in mounts:
                place, root = mounts[name]
                inner = path.removeprefix(root.rstrip("/")).lstrip("/")
                if (Path(place) / inner).is_dir():
                    found[name] = Path(place) / inner
    return found
