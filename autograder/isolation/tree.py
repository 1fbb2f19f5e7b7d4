"""Finding and ending every process that a student process has started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Protocol

import psutil

from autograder.errors import InfrastructureError
from autograder.isolation.family import Family
from autograder.isolation.proc import start_ticks

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 10.0

adoption = threading.RLock()
"""Held while a process is being made that will become a child of the grader, until it has an owner. Nobody
looks for orphans meanwhile: it would be taken for one."""

_owned: set[int] = set()  # main processes that are alive and have an owner


class Process(Protocol):
    """A child of the grader; ``subprocess.Popen`` is one."""

    pid: int
    returncode: Any
    """Exit code, or minus the number of the signal; None while it is not reaped."""

    def poll(self) -> int | None:
        """Reap it if it has ended; its return code."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and reap it.

        Raises:
            subprocess.TimeoutExpired: it has not ended in so many seconds.
        """


class ProcessTree:
    """A process in a session of its own, and its descendants.

    On Linux a daemon that cuts itself loose (a second fork, a session of its own) becomes a child of the
    grader instead of the system's first process, so that it is found when the tree is ended. Elsewhere the
    process group and the descendants that are known at that moment are ended.
    """

    def __init__(self, process: Process) -> None:
        self.process = process
        self.pid = process.pid
        self._started = _start_ticks(process.pid) if sys.platform == "linux" else 0
        self._adopt(1)

    def _adopt(self, change: int) -> None:
        with adoption:
            before = bool(_owned)
            (_owned.add if change > 0 else _owned.discard)(self.pid)
            if sys.platform == "linux" and before != bool(_owned):
                ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(bool(_owned)), 0, 0, 0)

    def members(self) -> list[psutil.Process]:
        """All processes of the tree that are alive, the main one first, and those that wait to be reaped."""
        with adoption:
            family = Family()
            found: list[psutil.Process] = []
            with contextlib.suppress(psutil.NoSuchProcess):
                main = psutil.Process(self.pid)
                if self.process.poll() is None:
                    found = [main, *family.descendants(self.pid)]
            if sys.platform == "linux":
                for orphan in self._orphans(family):
                    found += [orphan, *family.descendants(orphan.pid)]
        return found

    def _orphans(self, family: Family) -> list[psutil.Process]:
        """Children of the grader that it did not start itself.

        They came after the student process and are in another session than the grader, which processes that
        the grader starts are not, unless it says so.
        """
        found = []
        own_session = os.getsid(0)
        for child in family.children(os.getpid()):
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
                is_foreign = child.pid not in _owned and os.getsid(child.pid) != own_session
                if is_foreign and start_ticks(child.pid) >= self._started:
                    found.append(child)
        return found

    def kill(self) -> None:
        """End all of it and reap it.

        Raises:
            InfrastructureError: something is still there after ten seconds.
        """
        deadline = time.monotonic() + _PATIENCE
        quiet = 0
        while quiet < 2:  # a process may slip through one look while its parent dies
            members = self.members()
            self._kill_group()
            for member in members:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            if self.process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            for member in members:
                _reap(member.pid, unless=self.pid)
            quiet = 0 if members else quiet + 1
            if time.monotonic() > deadline:
                raise InfrastructureError("cannot end all processes that the notebook has started")
        self._adopt(-1)

    def _kill_group(self) -> None:
        # once the main process is reaped its number may be somebody else's; Linux finds its orphans anyway
        if sys.platform != "win32" and (self.process.returncode is None or sys.platform != "linux"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def ending(self) -> str:
        """How the main process ended."""
        code = self.process.wait()
        if code >= 0:
            return f"exited with code {code}"
        try:
            return f"was ended by signal {-code} ({signal.Signals(-code).name})"
        except ValueError:
            return f"was ended by signal {-code}"


def _start_ticks(pid: int) -> int:
    try:
        return start_ticks(pid)
    except (FileNotFoundError, ProcessLookupError):  # it has ended, later than it started
        return round(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def _reap(pid: int, *, unless: int) -> None:
    if sys.platform != "win32" and pid != unless:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
