"""Namespaces of one's own, with and without privilege, and the mounts to furnish them."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

from autograder.isolation.syscalls import call

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x20000, 0x02000000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_ALL = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_CAP_SYS_ADMIN = 21

PLAIN_ID = 1000
"""User and group inside where it would be root that is mapped: nothing there should think that it is root."""


def privileged(uid: int) -> bool:
    """Whether this process may make namespaces as root and then become the user ``uid``."""
    if os.geteuid() != 0:
        return False
    status = Path("/proc/self/status").read_text()
    effective = int(status.split("CapEff:")[1].split()[0], 16)
    ranges = (map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines())
    known = any(inside <= uid < inside + count for inside, _, count in ranges)
    return bool(effective & (1 << _CAP_SYS_ADMIN)) and known


def enter(*, as_root: bool) -> None:
    """Leave the namespaces of the system; the next child is the first process of a new process namespace.

    Args:
        as_root: without a user namespace, which takes privilege.

    Raises:
        OSError: not allowed here.
    """
    uid, gid = os.geteuid(), os.getegid()
    call("unshare", _ALL | (0 if as_root else _NEWUSER), what="making namespaces")
    if not as_root:
        _map_ids(uid, gid)
    # nothing mounted from here on is seen outside
    call("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None, what="making mounts private")


def hide_control_groups() -> None:
    """Let this process see the control groups that it is in as the topmost ones."""
    call("unshare", _NEWCGROUP, what="making namespaces")


def _map_ids(uid: int, gid: int) -> None:
    dumpable = call("prctl", _PR_GET_DUMPABLE, 0, 0, 0, 0)
    call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # or these files belong to root
    try:
        _write("setgroups", "deny")
        _write("uid_map", f"{uid or PLAIN_ID} {uid} 1")
        _write("gid_map", f"{gid or PLAIN_ID} {gid} 1")
    finally:
        call("prctl", _PR_SET_DUMPABLE, dumpable & 1, 0, 0, 0)


def _write(name: str, text: str) -> None:
    try:
        Path("/proc/self", name).write_text(text)
    except OSError as error:
        raise OSError(error.errno, f"making namespaces: writing {name}: {error.strerror}") from None


def tmpfs(target: str, *, size: int, inodes: int, mode: int, uid: int, gid: int) -> None:
    """Mount an empty file system in memory; ``size`` in bytes."""
    options = f"size={size},nr_inodes={inodes},mode={mode:o},uid={uid},gid={gid}"
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    call("mount", b"tmpfs", target.encode(), b"tmpfs", flags, options.encode(), what=f"tmpfs on {target}")


def proc(target: str) -> None:
    """Mount the view of this process namespace, read-only."""
    flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    call("mount", b"proc", target.encode(), b"proc", flags, None, what=f"proc on {target}")


def bind(source: str, target: str, *, device: bool = False) -> None:
    """Show ``source``, with what is mounted below it, at ``target``: read-only unless it is a device."""
    what = f"showing {target}"
    call("mount", os.fsencode(source), os.fsencode(target), None, _MS_BIND | _MS_REC, None, what=what)
    read_only(target, recursive=True, device=device)


def read_only(target: str, *, recursive: bool, device: bool = False) -> None:
    """Let a mount be only read, and nothing in it gain privilege."""
    attributes = _ATTR_NOSUID | (0 if device else _ATTR_RDONLY | _ATTR_NODEV)
    packed = struct.pack("=4Q", attributes, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    what = f"making {target} read-only"
    call("mount_setattr", _AT_FDCWD, os.fsencode(target), flags, packed, len(packed), what=what)


def pivot(new_root: str, old: str) -> None:
    """Make ``new_root`` the root; what was is at the folder ``old`` in it."""
    os.chdir(new_root)
    call("pivot_root", b".", os.fsencode(old), what="changing the root")
    os.chdir("/")


def forget(target: str) -> None:
    """Unmount, with all below it."""
    call("umount2", os.fsencode(target), _MNT_DETACH, what=f"unmounting {target}")


def rename_host(name: bytes) -> None:
    """Give the machine another name in this namespace."""
    call("sethostname", ctypes.create_string_buffer(name), len(name), what="naming the host")
