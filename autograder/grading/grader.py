"""Grade one submission after another with tests that are collected once.

The worker, where a ``Grader`` lives, runs no tests itself. It starts a process that collects them and is
forked for each submission (``autograder.collected``), and starts the student processes of those forks
(``isolation.broker``).
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from autograder.errors import GraderDied, InfrastructureError
from autograder.grading.one import again_if_killed, grade_one
from autograder.grading.pytest_run import alone
from autograder.isolation.broker import Broker, Line
from autograder.isolation.launch import command
from autograder.isolation.none import NoIsolation
from autograder.student.workplace import remove_left_behind

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.attempt import Attempt
    from autograder.grading.one import Graded
    from autograder.isolation.protocol import Isolation

_CAN_FORK = sys.platform == "linux"
_PATIENCE = 10
"""Seconds in which a killed process ends, also on a crowded machine."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""Unless the environment says more: a worker uses one processor, and a process of several cannot fork."""


class Grader:
    """Grades submissions of one assignment, one at a time. Close it, or use it as a context manager.

    Where processes cannot be forked, each submission is graded in this process, by ``grade_one``. The grades
    are the same to the byte.

    Args:
        assignment: what they are submissions of.
        hidden: run the hidden tests too.
        isolation: how student processes are started and fenced; fresh ones without a fence if not given.
    """

    def __init__(
        self, assignment: Assignment, *, hidden: bool = False, isolation: Isolation | None = None
    ) -> None:
        self._assignment = assignment
        self._hidden = hidden
        self._isolation = isolation or NoIsolation()
        self._collected: _Process | None = None

    def warm_up(self) -> None:
        """Begin to collect the tests now; the first submission waits for it."""
        if _CAN_FORK and self._collected is None:
            self._collected = _Process(self._assignment, hidden=self._hidden, isolation=self._isolation.name)

    def grade(self, submission: Path, *, questions: Set[str] | None = None) -> Attempt:
        """Grade one, as ``grade_one`` does; the attempt has no cells.

        Raises:
            GraderDied: the process that graded it has died.
        """
        if not _CAN_FORK:
            attempt = grade_one(
                self._assignment,
                submission,
                hidden=self._hidden,
                isolation=self._isolation,
                questions=questions,
            )
            return replace(attempt, cells=())
        return again_if_killed(lambda: self._grade_once(submission, questions))

    def _grade_once(self, submission: Path, questions: Set[str] | None) -> Graded:
        if self._collected is not None and self._collected.outdated():
            self.close()
        self.warm_up()
        assert self._collected is not None
        try:
            graded = self._collected.grade(submission, questions, self._isolation)
        except BaseException:
            self.close()
            raise
        if self._collected.used_up:
            self.close()
        return graded

    def close(self) -> None:
        """End the process that has collected the tests. Safe to call again."""
        if self._collected is not None:
            self._collected.close()
            self._collected = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Process:
    """The process that has collected the tests."""

    def __init__(self, assignment: Assignment, *, hidden: bool, isolation: str) -> None:
        self.used_up = False
        """It could not be forked and has graded a submission itself."""
        self._assignment = assignment
        self._grades: int | None = None  # number of its last fork, or its own
        self._modules: list[str] | None = None
        self._read = _state(_files(assignment))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "descriptor": theirs.fileno(),
            "assignment": str(assignment.directory),
            "hidden": hidden,
            "isolation": isolation,
        }
        try:
            # No session of its own: children of the worker in other sessions are taken for a notebook's.
            self._process = subprocess.Popen(
                command("autograder.collected:main", settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_ONE_THREAD | alone(os.environ),
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            self._control.close()
            raise InfrastructureError(f"cannot start a process for the tests: {error}") from error
        finally:
            theirs.close()

    def outdated(self) -> bool:
        """Whether a file that decides a grade is not as it was when the tests were collected."""
        return self._read != _state([*_files(self._assignment), *(self._modules or ())])

    def grade(self, submission: Path, questions: Set[str] | None, isolation: Isolation) -> Graded:
        """Have a fork of it grade ``submission``.

        Raises:
            GraderDied: the process that graded it has died.
        """
        job = {
            "submission": str(submission.absolute()),
            "questions": None if questions is None else sorted(questions),
        }
        ours, theirs = socket.socketpair()
        with ours:
            line = Line(ours)
            broker = Broker(line, isolation)
            try:
                try:
                    with theirs:
                        socket.send_fds(self._control, [json.dumps(job).encode()], [theirs.fileno()])
                    _, self._grades, modules = line.receive()[0]
                    self.used_up = self._grades == self._process.pid
                    if self._modules is None:
                        self._modules = modules
                        self._read = _state(modules) | self._read  # what was there before they were read
                    _, attempt, killed = broker.serve()
                except (EOFError, ConnectionError):
                    raise GraderDied("the process that graded it died") from None
            finally:
                broker.close()
        return attempt, killed

    def close(self) -> None:
        """End it, and with it its forks; remove what one has left that was ended in the middle."""
        ends = select.poll()
        grades, fork = self._grades, None
        if grades is not None and not self.used_up:
            with suppress(ProcessLookupError):
                fork = os.pidfd_open(grades)
                ends.register(fork, select.POLLIN)
        self._control.close()
        self._process.kill()
        self._process.wait()
        if grades is not None and fork is not None:
            ends.poll(1000 * _PATIENCE)
            os.close(fork)
            with suppress(ChildProcessError):  # a child of this process now, if it adopts orphans
                os.waitpid(grades, os.WNOHANG)
            remove_left_behind()


def _files(assignment: Assignment) -> Iterator[str]:
    """What tests may be made of, or read while they are collected."""
    root = assignment.directory.parent.parent
    for folder in (assignment.directory, assignment.reference_directory):
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (os.path.join(place, name) for name in names)  # noqa: PTH118 - hundreds of them
        yield from (str(above / "conftest.py") for above in (folder.parent, root))


def _state(files: Iterable[str]) -> dict[str, tuple[int, int, int] | None]:
    """By path, what changes when a file does; None for one that is not there."""
    state: dict[str, tuple[int, int, int] | None] = {}
    for file in files:
        try:
            about = os.stat(file)  # noqa: PTH116
        except OSError:
            state[file] = None
        else:
            state[file] = about.st_mtime_ns, about.st_size, about.st_ino
    return state
