"""No fence: a process of its own, with limits, on any system.

A crash, a hang or a trick object of the student cannot become a pass. Files, network and other processes of
the same user are within reach: good for a student's own machine, not for strangers' notebooks.
"""

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
from autograder.isolation.launch import command, environment
from autograder.isolation.starvation import starved
from autograder.isolation.tree import ProcessTree

if TYPE_CHECKING:
    from autograder.course import Limits
    from autograder.isolation.protocol import Launch


class NoIsolation:
    """The strategy."""

    name = "none"

    def start(self, launch: Launch) -> SpawnedTree:
        """Start a fresh Python."""
        try:
            process, output = _spawn(launch)
        except OSError as error:
            raise InfrastructureError(f"cannot start a Python process for the notebook: {error}") from error
        return SpawnedTree(process, output, launch.limits)


def _spawn(launch: Launch) -> tuple[subprocess.Popen[bytes], int | None]:
    work, variables = launch.directory / "work", environment(launch.directory)
    if sys.platform == "win32":
        size = len(launch.channel.share(os.getpid()))
        process = subprocess.Popen(
            command(launch, share=size),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # pipes cannot be waited for together with a socket
            stderr=subprocess.DEVNULL,
            cwd=work,
            env=variables,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
        assert process.stdin is not None
        process.stdin.write(launch.channel.share(process.pid))
        process.stdin.close()
        return process, None
    descriptor = launch.channel.fileno()
    output, their_output = os.pipe()
    try:
        process = subprocess.Popen(
            command(launch, descriptor=descriptor),
            stdin=subprocess.DEVNULL,
            stdout=their_output,
            stderr=their_output,
            cwd=work,
            env=variables,
            pass_fds=(descriptor,),
            start_new_session=True,
        )
    except BaseException:
        os.close(output)
        raise
    finally:
        os.close(their_output)
    return process, output


class SpawnedTree(ProcessTree):
    """The started process and its descendants."""

    def __init__(self, process: subprocess.Popen[bytes], output: int | None, limits: Limits) -> None:
        super().__init__(process)
        self.output = output
        self._limits = limits
        self._baseline = 0

    def restrict(self) -> None:
        """Measure what the process has, and let it have as much more as the limit says."""
        try:
            process = psutil.Process(self.pid)
            self._baseline = _memory(process)
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
        return sum(map(_memory, self.members())) - self._baseline

    def starved(self) -> float:
        """How long others kept it from running."""
        return starved(self.pid, self.members())

    def kill(self) -> None:
        """End all of it."""
        super().kill()
        if self.output is not None:
            os.close(self.output)
            self.output = None


def _memory(process: psutil.Process) -> int:
    """Bytes that a process has written, shared ones in part; resident bytes where the system knows no more.

    Pages of libraries are not counted where the system tells them apart: they come and go.
    """
    try:
        if sys.platform == "linux":
            with contextlib.suppress(OSError, ValueError):
                return _written(Path(f"/proc/{process.pid}/smaps_rollup").read_text())
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _written(rollup: str) -> int:
    fields = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
    return sum(int(fields[name].split()[0]) * 1024 for name in ("Pss_Anon", "Pss_Shmem") if name in fields)
