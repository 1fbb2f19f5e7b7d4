"""What a command costs, with all processes that it starts, however they end: Linux alone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.family import Family

_PR_SET_CHILD_SUBREAPER = 36
_LOOK = 0.25
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Cost:
    cpu: float
    """Seconds of processor time, user and system, of the whole tree of processes."""
    wall: float
    """Seconds."""
    memory: int
    """Bytes: the largest sum of the proportional set sizes of the tree that was seen."""


def cost_of(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], log: Path, look: bool = True
) -> Cost:
    """Run a command and everything that it starts to the end.

    Processes that lose their parent become children of this one, so that the system counts their time here
    as well. Not counted is what a process is that nobody waits for because its parent ignores ``SIGCHLD``.

    Args:
        command: what to run.
        cwd: where.
        env: all environment variables.
        log: file for what is printed.
        look: measure memory.

    Raises:
        subprocess.CalledProcessError: it does not end with 0.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = _children(), time.perf_counter()
    with log.open("ab") as output, _Peak(look) as peak:
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        status = process.wait()
        wall = time.perf_counter() - started
        _end_the_rest()
    if status:
        raise subprocess.CalledProcessError(
            status, [*map(str, command)], log.read_text(errors="replace")[-2000:]
        )
    return Cost(_children() - before, wall, peak.bytes)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _end_the_rest() -> None:
    """What the command has left behind ends with it."""
    while True:
        for child in Family().descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class _Peak:
    """Looks at the memory of all descendants of this process by turns."""

    def __init__(self, look: bool) -> None:
        self.bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True) if look else None

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK):
            self.bytes = max(self.bytes, sum(proportional(p.pid) for p in Family().descendants(os.getpid())))

    def __enter__(self) -> _Peak:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()


def proportional(pid: int) -> int:
    """Bytes of a process, those that it shares with others in part; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
