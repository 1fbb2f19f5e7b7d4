"""What Linux tells of a process in ``/proc/PID/stat``; needs little, for student processes import it."""

from __future__ import annotations

import os


def parent_of(pid: int) -> int:
    """The number of its parent.

    Raises:
        FileNotFoundError, ProcessLookupError: it is gone.
    """
    return int(_facts(pid, 2)[1])


def start_ticks(pid: int) -> int:
    """When a process started, in ticks since the system did: no clock that is set moves that.

    Numbers of processes are used again; together with this they are not.

    Raises:
        FileNotFoundError, ProcessLookupError: it is gone.
    """
    return int(_facts(pid)[19])


def is_zombie(pid: int) -> bool:
    """Whether it has ended, and nobody has asked how.

    Raises:
        FileNotFoundError, ProcessLookupError: it is gone.
    """
    return _facts(pid, 1)[0] in (b"Z", b"X")


def _facts(pid: int, most: int = -1) -> list[bytes]:
    """From the state on: "pid (name) state parent ...", where the name may hold anything."""
    return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split(None, most)


def _read(path: str) -> bytes:
    """A short file; the objects that ``open`` makes would cost as much as all the rest of a look."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
