"""The limits of one student process and its descendants, put in force and measured from outside."""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from autograder.errors import InfrastructureError
from autograder.isolation.starvation import starved
from autograder.isolation.tree import Process, ProcessTree

if TYPE_CHECKING:
    from autograder.course import Limits


class LimitedTree(ProcessTree):
    """A student process and its descendants; see ``protocol.Tree``.

    Args:
        process: the main process.
        output: descriptor of what is written past the channel.
        limits: what they may use.
        baseline: bytes that it has when it is ready; measured then if not given.
    """

    def __init__(
        self, process: Process, output: int | None, limits: Limits, *, baseline: int | None = None
    ) -> None:
        super().__init__(process)
        self.output = output
        self._limits = limits
        self._baseline = baseline

    def restrict(self) -> None:
        """Measure what the process has, and let it have as much more as the limit says."""
        try:
            process = psutil.Process(self.pid)
            if self._baseline is None:
                self._baseline = written(process)
            if sys.platform == "linux":
                self._restrict_linux(process.memory_info().vms)
        except (psutil.NoSuchProcess, ProcessLookupError):
            pass  # it has died, which the channel tells
        except (OSError, ValueError) as error:
            raise InfrastructureError(f"cannot limit what the notebook's process may use: {error}") from error

    def _restrict_linux(self, address_space: int) -> None:
        import resource

        def at_most(kind: int, value: int) -> None:
            _, hard = resource.prlimit(self.pid, kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.prlimit(self.pid, kind, (value, value))

        at_most(resource.RLIMIT_AS, address_space + self._limits.memory)
        at_most(resource.RLIMIT_CORE, 0)
        # for the case that the grader itself is killed: whatever computes for ever then ends some time
        at_most(resource.RLIMIT_CPU, math.ceil(self._limits.total) * (os.cpu_count() or 1) + 60)

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

    def starved(self) -> float:
        """How long others kept it from running."""
        return starved(self.pid, self.members)

    def kill(self) -> None:
        """End all of it."""
        super().kill()
        if self.output is not None:
            os.close(self.output)
            self.output = None


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
