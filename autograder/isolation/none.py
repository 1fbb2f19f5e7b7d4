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
from typing import TYPE_CHECKING

import psutil

from autograder.errors import InfrastructureError
from autograder.isolation.launch import command, environment
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
            memory = psutil.Process(self.pid).memory_info()
            self._baseline = memory.rss
            if sys.platform == "linux":
                self._restrict_linux(memory.vms)
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
        """Resident memory beyond the start; what forked processes share counts once if the system tells."""
        members = self.members()
        total = 0
        for member in members:
            with contextlib.suppress(psutil.Error):
                if len(members) > 1 and sys.platform == "linux":
                    total += member.memory_full_info().pss
                else:
                    total += member.memory_info().rss
        return total - self._baseline

    def kill(self) -> None:
        """End all of it."""
        super().kill()
        if self.output is not None:
            os.close(self.output)
            self.output = None
