"""The pytest run that grades: the one that a student starts, with the course's own tests and nothing else.

Nothing of the submission's folder has a say in it: pytest gets its configuration from a file of this package,
no plugins but ours, and the submission as a path that it never collects.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from autograder.course import question_of
from autograder.grading.start import start_student

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.isolation.protocol import Isolation
    from autograder.student import CellOutcome, StudentProcess
    from autograder.verdict import AssignmentResult

_CONFIGURATION = Path(__file__).with_name("pytest.ini")
_NOT_OURS = ("PYTEST_", "HYPOTHESIS_", "GITHUB_")
"""Environment variables that are meant for whoever started the batch, not for one grading in it."""


class Receiver:
    """Takes the results out of a pytest run, as a plugin of it."""

    def __init__(self) -> None:
        self.results: Sequence[AssignmentResult] = ()
        self.cells: tuple[CellOutcome, ...] = ()
        self.weights_sha256: Mapping[str, str] = {}

    def pytest_autograder_graded(
        self,
        results: Sequence[AssignmentResult],
        cells: Mapping[str, Sequence[CellOutcome]],
        weights_sha256: Mapping[str, str],
    ) -> None:
        """Take them."""
        self.results = results
        self.weights_sha256 = weights_sha256
        self.cells = tuple(cell for outcomes in cells.values() for cell in outcomes)


class Starter:
    """Starts the student process of a pytest run by a given strategy, as a plugin of it."""

    def __init__(self, isolation: Isolation) -> None:
        self.isolation = isolation
        self._started: list[StudentProcess] = []

    @property
    def killed(self) -> bool | None:
        """Whether a process was killed by something else than the notebook; None if nobody can tell."""
        fates = [process.killed for process in self._started]
        return True if True in fates else None if None in fates else False

    @property
    def memory(self) -> int | None:
        """Most bytes that one of the processes, with all that it started, was seen to use."""
        return max((p.most_memory for p in self._started if p.most_memory is not None), default=None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_autograder_start_student(self, assignment: Assignment, time_left: float) -> StudentProcess:
        """Start it."""
        process = start_student(assignment, time_left, self.isolation)
        self._started.append(process)
        return process


class Only:
    """Leaves out the tests of all but some questions."""

    def __init__(self, questions: Set[str]) -> None:
        self._questions = questions

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave them out."""
        items[:] = only(items, self._questions)


def only(items: Iterable[pytest.Item], questions: Set[str]) -> list[pytest.Item]:
    """The tests of some questions."""
    asked = ((item, question_of(getattr(item, "function", None))) for item in items)
    return [item for item, question in asked if question and question.id in questions]


class Ran(NamedTuple):
    """How a pytest run has ended."""

    status: int
    """Its exit code."""
    printed: str


def run_tests(
    assignment: Assignment, plugins: Sequence[object], *, hidden: bool, submission: Path | None = None
) -> Ran:
    """Run the tests of an assignment by pytest, in this process.

    Args:
        assignment: whose tests.
        plugins: of the pytest run, beside ours.
        hidden: run the hidden tests too.
        submission: the notebook, unless one of the plugins hands it in later.
    """
    root = assignment.directory.parent.parent
    arguments = [
        *("-c", str(_CONFIGURATION), "--rootdir", str(root), "--confcutdir", str(root)),
        *("-p", "autograder.plugin", *([f"--submission={submission.absolute()}"] if submission else [])),
        *(str(assignment.directory), *(["--hidden"] if hidden else [])),
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(arguments, plugins=plugins)
    return Ran(int(status), said.getvalue())


@contextlib.contextmanager
def by_itself() -> Iterator[None]:
    """Keep pytest away from plugins, options and test modules of the surroundings."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("assignments", "reference")]:
        del sys.modules[name]
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(alone(kept))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def alone(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment that keeps pytest from plugins and options of the surroundings."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_NOT_OURS)}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
