"""Landlock: a process gives up, for itself and its descendants, all files but those that it names.

Rights that a kernel does not know yet are left out; ``version`` says how far it goes:

1 files and folders (Linux 5.13) · 2 renaming between folders · 3 truncating (6.2) · 4 TCP (6.7) · 5 commands
to devices (6.10) · 6 signals and abstract sockets to the outside (6.12) · 7 quiet in the system's log (6.15).

What it never covers: names, sizes, owners, modes and times of files (``stat``, ``chmod``, ``utime``), and
descriptors that are open already.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.syscalls import call

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15
_RIGHTS = {1: (1 << 13) - 1, 2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEV}  # by the version that brought them
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract unix sockets, signals
_VERSION = 1
_RULE_PATH_BENEATH = 1
_QUIET = 0b101  # log neither what this program is refused nor what domains nested in this one are


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What stays within reach. Paths that do not exist are left out."""

    readable: Iterable[str] = ()
    executable: bool = False
    """Whether what is readable may also be started as a program."""
    writable: Iterable[str] = ()
    """Folders in which everything may be done, and files that may be written."""


def version() -> int:
    """How much the kernel knows of it; 0 for nothing."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP):
            return 0
        raise


def restrict(files: Files) -> int:
    """Bind this process, which must have a single thread and have given up gaining privileges.

    Returns:
        The version in force.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    known = version()
    if known == 0:
        raise OSError(errno.EOPNOTSUPP, "Landlock: this kernel has none, or it is switched off")
    handled = 0
    for since, rights in _RIGHTS.items():
        handled |= rights if known >= since else 0
    attributes = [handled]
    if known >= 4:
        attributes.append(_TCP)
    if known >= 6:
        attributes.append(_SCOPES)
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    ruleset = call("landlock_create_ruleset", packed, len(packed), 0, what="Landlock: making rules")
    try:
        read = _READ_FILE | _READ_DIR | (_EXECUTE if files.executable else 0)
        for path in files.readable:
            _allow(ruleset, path, read & handled)
        everything = handled & ~(_MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV | _EXECUTE)
        for path in files.writable:
            _allow(ruleset, path, everything)
        quiet = _QUIET if known >= 7 else 0
        call("landlock_restrict_self", ruleset, quiet, what="Landlock: putting rules in force")
    finally:
        os.close(ruleset)
    return known


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    except PermissionError:  # nobody can read it anyway
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0, what=f"Landlock: rule for {path}")
    finally:
        os.close(descriptor)


def single_threaded() -> bool:
    """Whether this process has one thread: a second one would stay outside of Landlock."""
    return len(list(Path("/proc/self/task").iterdir())) == 1
