"""Which processes descend from which."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping

import psutil

from autograder.isolation.proc import parent_of


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
                found[int(name)] = parent_of(int(name))
    return found
