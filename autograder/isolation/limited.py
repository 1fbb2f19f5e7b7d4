"""What one student process and its descendants use, measured from outside."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil

from autograder.isolation.adopted import AdoptedProcess
from autograder.isolation.starvation import starved
from autograder.isolation.tree import Process, ProcessTree

_KILLED = -9
"""Return code of a process that a signal ended which nothing can ignore."""


class LimitedTree(ProcessTree):
    """A student process and its descendants; see ``protocol.Tree``.

    Args:
        process: the main process.
        output: descriptor of what is written past the channel.
        baseline: bytes that it has when it is ready; measured then if not given.
    """

    def __init__(self, process: Process, output: int | None, *, baseline: int | None = None) -> None:
        super().__init__(process)
        self.output = output
        self._baseline = baseline

    def measure(self) -> None:
        """Measure what the process has."""
        if self._baseline is None:
            with contextlib.suppress(psutil.NoSuchProcess):  # it has died, which the channel tells
                self._baseline = written(psutil.Process(self.pid))

    def running(self) -> bool:
        """Whether the main process is alive."""
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the main process."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return not self.running()

    def memory(self) -> int:
        """Memory of the whole tree beyond the start."""
        return sum(map(written, self.members())) - (self._baseline or 0)

    def out_of_memory(self) -> bool:
        """Not known here."""
        return False

    def killed(self) -> bool | None:
        """Whether something else than the notebook has killed the main process; None if nobody can tell."""
        if isinstance(self.process, AdoptedProcess):
            return self.process.killed
        return None if self.process.poll() == _KILLED else False

    def starved(self) -> float:
        """How long others kept it from running."""
        return starved(self.pid, self.members)

    def kill(self) -> None:
        """End all of it."""
        super().kill()
        if self.output is not None:
            os.close(self.output)
            self.output = None


class ContainedTree(LimitedTree):
    """A student process and its descendants in a network namespace of their own, not in a control group."""

    def memory(self) -> int:
        """Memory of the whole tree beyond the start, with what its sockets may hold in the kernel."""
        return super().memory() + in_sockets(self.pid)


def in_sockets(pid: int) -> int:
    """Bytes that may wait in the sockets of the network namespace in which a process is; Linux only."""
    try:
        used = re.match(r"sockets: used (\d+)", Path(f"/proc/{pid}/net/sockstat").read_text())
        most = int(Path("/proc/sys/net/core/wmem_max").read_text())
    except (OSError, ValueError):
        return 0
    return 2 * most * int(used[1]) if used else 0  # a process may ask for twice as much


def written(process: psutil.Process) -> int:
    """Bytes that a process has written, shared ones in part; resident bytes where the system knows no more.

    Pages of libraries are not counted where the system tells them apart: they come and go.
    """
    try:
        if sys.platform == "linux":
            with contextlib.suppress(OSError, ValueError):
                return _from_rollup(Path(f"/proc/{process.pid}/smaps_rollup").read_text())
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _from_rollup(rollup: str) -> int:
    fields = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
    return sum(int(fields[name].split()[0]) * 1024 for name in ("Pss_Anon", "Pss_Shmem") if name in fields)
