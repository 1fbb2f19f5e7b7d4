"""What a student process is locked into, as plain data.

The grader makes a ``Fence``; it travels as JSON to the process that ``lockdown`` locks with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from socket import AF_UNIX
from typing import Any, Literal, Self

from autograder.isolation.visible import visible

SLOT_UIDS = 0x70000000
"""First of the users that students' processes become where the grader is root; no account has such a number.

The process with the number ``p`` becomes the user ``SLOT_UIDS + p``, so no two that run side by side are the
same user.
"""

_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The layers of one strategy and their numbers; sizes in bytes."""

    name: str
    """``"none"``, ``"restricted"``, ``"contained"`` or ``"metered"``."""
    namespaces: bool = False
    """Its own processes, mounts and root, network, IPC and host name."""
    cgroups: tuple[str, ...] = ()
    """Files to write a process's number to, so that it and its children are counted."""
    uid_base: int | None = None
    """Where the grader is root: the process becomes the user with this number plus its own process number."""
    readable: tuple[str, ...] = ()
    """Real paths of what may be read."""
    links: tuple[tuple[str, str], ...] = ()
    """Symbolic links outside of them, place and target, that lead there."""
    landlock: Literal["off", "optional", "required"] = "off"
    """``"optional"``: on top of namespaces, where the kernel has it."""
    seccomp: bool = False
    processes: bool = True
    """Whether it may start others. Without namespaces nothing could count them, so it may not."""
    socket_families: tuple[int, ...] = ()
    """Kinds of sockets it may make; pairs of connected ones it always may."""
    limits: bool = False
    """Whether the following are in force."""
    tasks: int = 128
    """Processes and threads together."""
    open_files: int = 256
    file_size: int = 512 * _MIB
    """Of the largest file that may be written."""
    tmpfs_size: int = 512 * _MIB
    """What all files may take, beyond those it is given; shared memory is counted with them."""
    tmpfs_inodes: int = 16384
    """How many files and folders there may be, beyond those it is given."""

    def to_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What ``to_json`` gave, after JSON."""
        lists = {name: tuple(data[name]) for name in ("cgroups", "readable", "socket_families")}
        links = tuple((place, target) for place, target in data["links"])
        return cls(**{**data, **lists, "links": links})


NONE = Fence(name="none")


def restricted(
    *, also: Iterable[Path] = (), hidden: Iterable[Path] = (), uid_base: int | None = None
) -> Fence:
    """Without any privilege: limits, no new privileges, Landlock, seccomp.

    It can't start processes. A user's processes can be neither counted apart from her others nor have their
    memory summed up without privilege, and one that is gone from its parent could only be hunted down.

    Args:
        also: files and folders that it may read, beyond what Python needs.
        hidden: what it must not.
        uid_base: become another user, where the grader is root and that user can reach the interpreter.

    Raises:
        UsageError: what must be read and what must not overlap.
    """
    shown = visible(also=also, hidden=hidden)
    return Fence(
        name="restricted",
        uid_base=uid_base,
        readable=shown.paths,
        links=shown.links,
        landlock="required",
        seccomp=True,
        processes=False,
        limits=True,
        tasks=1024,  # on top of what the user has running, which changes
    )


def contained(*, also: Iterable[Path] = (), hidden: Iterable[Path] = ()) -> Fence:
    """In namespaces of its own, made by root or in a user namespace; ``restricted``'s layers on top.

    It may start processes, up to a number, and has shared memory and Unix sockets to speak to them. Arguments
    and errors as ``restricted``.
    """
    return replace(
        restricted(also=also, hidden=hidden, uid_base=SLOT_UIDS),
        name="contained",
        namespaces=True,
        landlock="optional",
        processes=True,
        socket_families=(int(AF_UNIX),),
        tasks=128,
    )


def metered(cgroups: Iterable[str], *, also: Iterable[Path] = (), hidden: Iterable[Path] = ()) -> Fence:
    """``contained``, in a control group that counts memory and processes.

    Args:
        cgroups: ``Cgroup.entrances``.
        also: as ``restricted``.
        hidden: as ``restricted``.
    """
    return replace(contained(also=also, hidden=hidden), name="metered", cgroups=tuple(cgroups))
