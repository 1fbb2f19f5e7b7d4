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

import psutil

from autograder.errors import InfrastructureError

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 10.0

_lock = threading.Lock()
_students: set[int] = set()  # main processes that are alive and have an owner


class ProcessTree:
    """A process in a session of its own, and its descendants.

    On Linux a daemon that cuts itself loose (a second fork, a session of its own) becomes a child of the
    grader instead of the system's first process, so that it is found when the tree is ended. Elsewhere the
    process group and the descendants that are known at that moment are ended.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self._started = _start_time(process.pid)
        self._adopt(1)

    def _adopt(self, change: int) -> None:
        with _lock:
            before = bool(_students)
            (_students.add if change > 0 else _students.discard)(self.pid)
            if sys.platform == "linux" and before != bool(_students):
                ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(bool(_students)), 0, 0, 0)

    def members(self) -> list[psutil.Process]:
        """All processes of the tree that are alive, the main one first, and those that wait to be reaped."""
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.pid)
            if self.process.poll() is None:
                found = [main, *main.children(recursive=True)]
        if sys.platform == "linux":
            for orphan in self._orphans():
                found.append(orphan)
                with contextlib.suppress(psutil.NoSuchProcess):
                    found += orphan.children(recursive=True)
        return found

    def _orphans(self) -> list[psutil.Process]:
        """Children of the grader that it did not start itself.

        They came after the student process and are in another session than the grader, which processes that
        the grader starts are not, unless it says so.
        """
        found = []
        own_session = os.getsid(0)
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                is_foreign = child.pid not in _students and os.getsid(child.pid) != own_session
                if is_foreign and child.create_time() >= self._started:
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


def _start_time(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return time.time()


def _reap(pid: int, *, unless: int) -> None:
    if sys.platform != "win32" and pid != unless:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
