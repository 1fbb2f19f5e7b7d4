"""Which processes descend from which."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping

import psutil


class Family:
    """All processes of the system with their parents, as they were at one moment.

    One look serves several questions: it costs milliseconds, and a student process has to be ended for each
    submission.
    """

    def __init__(self) -> None:
        self._children: dict[int, list[int]] = {}
        for pid, parent in _parents().items():
            self._children.setdefault(parent, []).append(pid)

    def children(self, pid: int) -> list[psutil.Process]:
        """Those that are still there, in no particular order."""
        return list(_processes(self._children.get(pid, ())))

    def descendants(self, pid: int) -> list[psutil.Process]:
        """Children, their children and so on; those that are still there."""
        found = list(self._children.get(pid, ()))
        for child in found:
            found += self._children.get(child, ())
        return list(_processes(found))


def _processes(pids: Iterable[int]) -> Iterable[psutil.Process]:
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)


def _parents() -> Mapping[int, int]:
    """The parent's number of each process."""
    if sys.platform != "linux":
        parents = ((process.pid, process.info["ppid"]) for process in psutil.process_iter(["ppid"]))
        return {pid: parent for pid, parent in parents if parent is not None}
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - a hundred paths a look
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError):
                # "pid (name) state parent ...", where the name may hold anything
                found[int(name)] = int(_read(f"/proc/{name}/stat").rpartition(b")")[2].split(None, 2)[1])
    return found


def start_ticks(pid: int) -> int:
    """When a process started, in ticks since the system did (Linux): no clock that is set moves that.

    Numbers of processes are used again; together with this they are not.

    Raises:
        FileNotFoundError, ProcessLookupError: it is gone.
    """
    return int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[19])


def _read(path: str) -> bytes:
    """A short file; the objects that ``open`` makes would cost as much as all the rest of a look."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
