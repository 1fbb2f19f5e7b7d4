"""How long a student process was kept from running by others."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

_SHORT = 0.1
"""Seconds of waiting that are not worth a look at all processes."""


def starved(pid: int, members: Callable[[], Iterable[psutil.Process]]) -> float:
    """Seconds in which a process was ready to run while *other* programs had the processors.

    Linux counts how long a thread waits in the queue of a processor. What the process's own other threads and
    children ran meanwhile is taken off, so that nobody gains time by crowding the machine. 0 where the system
    does not count.

    Args:
        pid: the process; its main thread is the one that is waited for.
        members: finds it and its descendants.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        ran, waited, _ = map(int, Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split())
    except (OSError, ValueError):
        return 0.0
    if waited / 1e9 < _SHORT:
        return 0.0
    own = -ran / 1e9
    for member in members():
        with contextlib.suppress(psutil.Error):
            own += sum(member.cpu_times()[:4])  # user, system, and those of children that have ended
    return max(0.0, waited / 1e9 - max(0.0, own))
