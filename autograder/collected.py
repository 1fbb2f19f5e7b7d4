"""A grader that has collected the tests of an assignment and is forked for each submission.

Each submission is graded by a process in the state in which a fresh one would be after collection: nothing
that another submission, or its tests, have done is there. It runs in a process of its own, see ``grader``.
A fork is safe only while there is one thread and while CUDA is untouched, so that is looked at before each
one; where it is not, the process grades one submission itself and ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import random
import signal
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from autograder import check
from autograder.course import load_assignment
from autograder.errors import InfrastructureError, UsageError
from autograder.grading.one import HandedIn
from autograder.grading.pytest_run import Receiver, Starter, only, run_tests
from autograder.grading.rehearsal import rehearse
from autograder.isolation.broker import Brokered, Line
from autograder.ledger import RUN

if TYPE_CHECKING:
    from autograder.isolation.protocol import Launch

MAX_REQUEST = 2**16
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Entry of the process; ``arguments`` come from ``autograder.grading.grader``."""
    settings = json.loads(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's business
    signal.signal(signal.SIGTERM, lambda *_: os._exit(1))  # the worker, which gets it too, ends the notebook
    control = socket.socket(fileno=settings["descriptor"])
    control.set_inheritable(False)
    assignment = load_assignment(Path(settings["assignment"]))
    receiver, starter = Receiver(), Starter(_NotYet(settings["isolation"]))
    collected = _Collected(control, starter, assignment.directory.parent.parent)
    ran = run_tests(assignment, [receiver, starter, collected], hidden=settings["hidden"])
    # If collection ended the run, it would do so for each of them.
    job = collected.job or collected.wait()
    attempt, killed = job.handed_in.attempt(assignment, receiver, starter, ran)
    # Errors of cells are exceptions, which pickle does not restore.
    with contextlib.suppress(OSError):  # the worker has gone, or given up
        job.line.send(("attempt", replace(attempt, cells=()), killed))
    os._exit(0)


@dataclass(frozen=True)
class _Job:
    """What a fork has to grade."""

    line: Line
    """Connection to the worker."""
    handed_in: HandedIn
    questions: frozenset[str] | None
    """Ids of those that are graded; all if None."""


class _NotYet:
    """Stands for the isolation until there is something to isolate."""

    def __init__(self, name: str) -> None:
        self.name = name

    def start(self, launch: Launch) -> NoReturn:  # noqa: ARG002
        """Nothing is started while tests are collected."""
        raise InfrastructureError("a student process was asked for before anything was handed in")


class _Collected:
    """Plugin of the pytest run: stops it between collection and tests, and goes on in a fork of it."""

    def __init__(self, control: socket.socket, starter: Starter, root: Path) -> None:
        self.job: _Job | None = None
        self._control = control
        self._starter = starter
        self._root = root

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUN].awaits_submission = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        job, run = self.wait(), session.config.stash[RUN]
        if job.questions is not None:
            session.items[:] = only(session.items, job.questions)
            session.testscollected = len(session.items)
            run.narrow(job.questions)
        try:
            run.hand_in(job.handed_in.path.absolute())
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None

    def wait(self) -> _Job:
        """Fork for each submission; returns in the fork."""
        modules = self._modules()
        rehearse(checks=any(getattr(module, "check", None) is check for module in modules.values()))
        gc.collect()
        gc.freeze()  # a collection in a fork would copy every page that it marks
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_REQUEST, 1)
            if not message:
                os._exit(0)  # the worker has gone
            last = not _forkable()
            if not last:
                _reap()
                state = random.getstate()
                last = os.fork() == 0
                if last:
                    random.setstate(state)  # Python seeds it anew in a fork
                    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if last:
                break
            os.close(descriptors[0])
        self._control.close()
        line = Line(socket.socket(fileno=descriptors[0]))
        self._starter.isolation = Brokered(line, self._starter.isolation.name)
        line.send(("begun", os.getpid(), sorted(modules)))
        asked = json.loads(message)
        questions = None if asked["questions"] is None else frozenset(asked["questions"])
        self.job = _Job(line, HandedIn(Path(asked["submission"])), questions)
        return self.job

    def _modules(self) -> dict[str, object]:
        """Modules of the course that collection has loaded, by their files."""
        files = {getattr(module, "__file__", None): module for module in list(sys.modules.values())}
        return {file: module for file, module in files.items() if file and self._root in Path(file).parents}


def _forkable() -> bool:
    torch = sys.modules.get("torch")
    return len(os.listdir("/proc/self/task")) == 1 and not (torch and torch.cuda.is_initialized())  # noqa: PTH208


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
