"""Folders for temporary files that can be told from those of a process that was killed (Linux)."""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.isolation.proc import start_ticks

KINDS = ("autograder", "notebook", "zygote")
_NAME = re.compile(rf"(?:{'|'.join(KINDS)})-(\d+)-(\d+)-(\d+)-\w+")


def make(kind: str, shared: Path | None = None) -> Path:
    """Make a private folder that belongs to this process; whoever makes it removes it.

    Args:
        kind: one of ``KINDS``; its name begins like that.
        shared: make it there, in a folder that other machines see too; hidden, and with this one's name.
    """
    owner = f"{this_process()}-" if sys.platform == "linux" else ""
    machine = "" if shared is None else f".{socket.gethostname()}-"
    return Path(tempfile.mkdtemp(prefix=f"{machine}{kind}-{owner}", dir=shared)).resolve()


def left_behind(shared: Path | None = None) -> Iterator[Path]:
    """Folders of this user whose processes were killed before they could remove them; see ``make``."""
    top = Path(tempfile.gettempdir()) if shared is None else shared
    machine = (
        "" if shared is None else f".{socket.gethostname()}-"
    )  # the processes of others are not known here
    for path in top.iterdir() if sys.platform == "linux" else ():
        found = path.name.startswith(machine) and _NAME.fullmatch(path.name.removeprefix(machine))
        try:
            if found and is_gone(*map(int, found.groups())) and path.lstat().st_uid == os.geteuid():
                yield path
        except FileNotFoundError:  # somebody else is at it
            continue


def this_process() -> str:
    """What no other process of this machine is called, now or later: namespace, number and time of start."""
    return f"{_namespace()}-{os.getpid()}-{start_ticks(os.getpid())}"


def is_gone(namespace: int, pid: int, ticks: int) -> bool:
    """Whether the process of that name has ended; False if this one cannot know."""
    if namespace != _namespace():
        return False
    try:
        return start_ticks(pid) != ticks
    except (FileNotFoundError, ProcessLookupError):
        return True


def _namespace() -> int:
    """Which process namespace numbers of processes here belong to."""
    return Path("/proc/self/ns/pid").stat().st_ino
