"""Giving up what a process may do: identity, capabilities, limits."""

from __future__ import annotations

import os
import resource
import stat
import struct
from collections.abc import Mapping

from autograder.isolation.syscalls import call

_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_PR_CAP_AMBIENT, _CLEAR_ALL = 47, 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_DUMPABLE = 4
_CAP_VERSION = 0x20080522


def drop_bounding_set() -> None:
    """Let no program that is started later bring capabilities; comes before the change of user."""
    for capability in range(64):
        try:
            held = call("prctl", _PR_CAPBSET_READ, capability, 0, 0, 0)
        except OSError:  # past the last that this kernel knows
            break
        if held:
            call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0, what="dropping the bounding set")


def become(uid: int, gid: int) -> None:
    """Change user and group for good, without any other group."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def drop_capabilities() -> None:
    """Keep no capability."""
    call("prctl", _PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0, what="dropping capabilities")
    header = struct.pack("=Ii", _CAP_VERSION, 0)
    call("capset", header, bytes(24), what="dropping capabilities")


def no_new_privileges() -> None:
    """Programs that run as their owner (``sudo``) will not."""
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, what="no new privileges")


def be_observable() -> None:
    """Let the grader read how much memory is in use, and the process its own ``/proc/self``.

    The kernel forbids both after a change of user.
    """
    call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)


def limit(limits: Mapping[int, int]) -> None:
    """Put resource limits in force for good; none is raised.

    Args:
        limits: by the number of the resource.
    """
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def tasks_of(uid: int) -> int:
    """How many processes and threads a user has now."""
    count = 0
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdecimal():
                try:  # strings, not paths: there are hundreds, before every start
                    if os.stat(entry.path).st_uid == uid:  # noqa: PTH116
                        count += os.stat(f"{entry.path}/task").st_nlink - 2  # noqa: PTH116
                except OSError:
                    continue  # it has just ended
    return count


def no_way_out() -> None:
    """Make sure that no descriptor leads past the locks: they bind what is opened later.

    Raises:
        OSError: a folder or a block device is open.
    """
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - plain names
        try:
            mode = os.fstat(int(name)).st_mode
        except OSError:  # the listing's own
            continue
        if stat.S_ISDIR(mode) or stat.S_ISBLK(mode):
            raise OSError(f"descriptor {name} is open and leads to a folder or a disk")
