"""Folders for temporary files that can be told from those of a process that was killed (Linux)."""

from __future__ import annotations

import functools
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.isolation.proc import is_zombie, start_ticks

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Tells machines apart that share a folder; containers on one machine have the same."""
KINDS = ("autograder", "notebook", "zygote")
PROCESS = r"[0-9a-f]{12}-\d+-\d+-\d+"
"""Regular expression for what ``this_process`` gives."""
_NAME = re.compile(rf"\.?(?:{'|'.join(KINDS)})-({PROCESS})-\w+")


def make(kind: str, shared: Path | None = None) -> Path:
    """Make a private folder that belongs to this process; whoever makes it removes it.

    Args:
        kind: one of ``KINDS``; its name begins like that.
        shared: make it there, hidden, in a folder of the user that other machines see too.
    """
    owner = f"{this_process()}-" if sys.platform == "linux" else ""
    hidden = "" if shared is None else "."
    return Path(tempfile.mkdtemp(prefix=f"{hidden}{kind}-{owner}", dir=shared)).resolve()


def left_behind(shared: Path | None = None) -> Iterator[Path]:
    """Folders of this user whose processes were killed before they could remove them; see ``make``.

    Those of another machine are left to it, as are those from before this one was started.
    """
    top = Path(tempfile.gettempdir()) if shared is None else shared
    for path in top.iterdir() if sys.platform == "linux" else ():
        found = _NAME.fullmatch(path.name)
        try:
            if found and path.lstat().st_uid == os.geteuid() and is_gone(found[1]):
                yield path
        except FileNotFoundError:  # somebody else is at it
            continue


def this_process() -> str:
    """What no other process is called, now or later: machine, namespace, number and time of start."""
    return f"{_place()}-{os.getpid()}-{start_ticks(os.getpid())}"


def is_gone(process: str) -> bool:
    """Whether the process of that name has ended; False if this one cannot know."""
    place, pid, ticks = process.rsplit("-", 2)
    if place != _place():
        return False
    try:
        return start_ticks(int(pid)) != int(ticks) or is_zombie(int(pid))
    except (FileNotFoundError, ProcessLookupError):
        return True
    except PermissionError:  # of another user, where the system keeps that to itself
        return False


def _place() -> str:
    """Where numbers of processes mean the same as here: on this machine, in this process namespace."""
    return f"{_machine()}-{Path('/proc/self/ns/pid').stat().st_ino}"


@functools.cache
def _machine() -> str:
    try:
        return BOOT_ID.read_text().replace("-", "")[:12]
    except OSError:  # some sandboxes have none: then what others left is nobody's to remove
        return secrets.token_hex(6)
