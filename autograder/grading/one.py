"""Grade one submission: the same pytest run that a student starts, with the course's own tests.

It runs in this process. Nothing of the submission's folder has a say in it: pytest gets its configuration
from a file of this package, no plugins but ours, and the submission as a path that it never collects.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from autograder.course import question_of
from autograder.errors import InfrastructureError
from autograder.grading.feedback import NOT_JUDGED
from autograder.grading.judge import grader_fault
from autograder.grading.printed import printed
from autograder.grading.start import start_student
from autograder.isolation.none import NoIsolation
from autograder.notebook.read import UnreadableNotebook, read_bytes
from autograder.verdict import AssignmentResult, QuestionResult

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.isolation.protocol import Isolation
    from autograder.student import CellOutcome, StudentProcess

_TRIALS = 3
"""How often a submission is graded whose processes something kills."""

_CONFIGURATION = Path(__file__).with_name("pytest.ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One grading of one submission."""

    submission: str
    path: Path
    sha256: str
    """Hash of the submission's bytes; empty if they cannot be read."""
    weights_sha256: str = ""
    """Hash of the weights handed in with it, of the bytes that are judged; empty if none can be read."""
    result: AssignmentResult
    trouble: str = ""
    """One sentence if the submission could not be read or not be judged."""
    cells: tuple[CellOutcome, ...] = ()
    """What the notebook's cells printed, displayed and raised."""
    memory: int | None = None
    """Most bytes that its processes were seen to use together; None if nobody could look."""
    outputs: str = ""
    """The text of it, cut."""
    duration: float = 0.0
    """Seconds of wall time."""


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


class _Only:
    """Leaves out the tests of all but some questions."""

    def __init__(self, questions: Set[str]) -> None:
        self._questions = questions

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = only(items, self._questions)


def only(items: Iterable[pytest.Item], questions: Set[str]) -> list[pytest.Item]:
    """The tests of some questions."""
    asked = ((item, question_of(getattr(item, "function", None))) for item in items)
    return [item for item, question in asked if question and question.id in questions]


class HandedIn:
    """A submission as it is when its grading begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sha256 = self.trouble = ""
        try:
            self.sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
        except (UnreadableNotebook, InfrastructureError) as error:
            self.trouble = str(error)

    def attempt(self, assignment: Assignment, receiver: Receiver, starter: Starter, ran: Ran) -> Graded:
        """What came of it.

        Args:
            assignment: what it was graded for.
            receiver: has the results of the pytest run.
            starter: has started its student processes.
            ran: how it ended.
        """
        trouble = self.trouble
        result = next((r for r in receiver.results if r.assignment == assignment.name), None)
        if result is None or ran.status not in (0, 1, 3):
            last = next((line for line in reversed(ran.printed.splitlines()) if line.strip()), "no output")
            trouble = (
                f"The tests of {assignment.name} could not be run "
                f"(pytest: {ran.status}): {last.strip()[:200]}"
            )
            result = nobody_knows(assignment, self.path.name, trouble)
        trouble = trouble or next(
            (q.outcome.message for q in result.questions if q.outcome.code in ("unreadable", "grader-fault")),
            "",
        )
        attempt = Attempt(
            submission=self.path.name,
            path=self.path,
            sha256=self.sha256,
            weights_sha256=receiver.weights_sha256.get(assignment.name, ""),
            result=replace(result, isolation=starter.isolation.name),
            trouble=trouble,
            cells=receiver.cells,
            memory=starter.memory,
            outputs=printed(receiver.cells),
        )
        # Whoever interrupts the grading ends the notebook, too.
        return attempt, starter.killed if ran.status != pytest.ExitCode.INTERRUPTED else False


class Ran(NamedTuple):
    """How a pytest run has ended."""

    status: int
    """Its exit code."""
    printed: str


Graded = tuple[Attempt, bool | None]
"""An attempt, and whether a process of the notebook was killed; see ``StudentProcess.killed``."""


def grade_one(
    assignment: Assignment,
    submission: Path,
    *,
    hidden: bool = False,
    isolation: Isolation | None = None,
    questions: Set[str] | None = None,
) -> Attempt:
    """Grade ``submission``.

    Whatever the submission holds, there is an attempt to show for it. If the grader itself fails, the attempt
    says so in ``trouble`` and every question is inconclusive.

    If something has killed a process of the notebook, all is done again: a notebook that kills itself does
    so every time. Where the notebook cannot have done it and it happens each time, nobody is charged.

    Args:
        assignment: what to grade it for.
        submission: path of the notebook.
        hidden: run the hidden tests too.
        isolation: how the student process is started and fenced; a fresh one without a fence if not given.
        questions: ids of those to grade; all if not given. Name also what they need: a question that is not
            graded keeps none from being run.
    """
    isolation = isolation or NoIsolation()

    def once() -> Graded:
        handed_in, receiver, starter = HandedIn(submission), Receiver(), Starter(isolation)
        plugins: list[object] = [receiver, starter, *([] if questions is None else [_Only(questions)])]
        with _alone():
            ran = run_tests(assignment, plugins, hidden=hidden, submission=submission)
        return handed_in.attempt(assignment, receiver, starter, ran)

    return again_if_killed(once)


def again_if_killed(once: Callable[[], Graded]) -> Attempt:
    """Grade as often as it takes until nothing from outside has killed a process of the notebook."""
    started = time.monotonic()
    for trial in range(1, _TRIALS + 1):
        ended = _ended_for_memory()
        attempt, killed = once()
        if killed is None and _ended_for_memory() > ended:
            killed = True
        if killed is False or (killed is None and trial > 1):
            break
    else:
        attempt = _killed(attempt)
    return replace(attempt, duration=time.monotonic() - started)


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


def _killed(attempt: Attempt) -> Attempt:
    """The attempt if nobody knows what the notebook would have done."""
    reason = f"The notebook's process was killed {_TRIALS} times; perhaps the machine is out of memory."
    unknown = grader_fault(reason)
    questions = tuple(
        replace(question, points=None, outcome=unknown, feedback=NOT_JUDGED)
        for question in attempt.result.questions
    )
    return replace(attempt, result=replace(attempt.result, questions=questions), trouble=reason)


def _ended_for_memory() -> int:
    """How many processes the system has ended for want of memory since it was started, if it says so."""
    try:
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def nobody_knows(assignment: Assignment, submission: str, reason: str) -> AssignmentResult:
    """A result that charges nothing: one inconclusive entry for the whole assignment."""
    whole = QuestionResult(
        id="all",
        title=assignment.title,
        points=None,
        max_points=0.0,
        outcome=grader_fault(reason),
        feedback=NOT_JUDGED,
    )
    return AssignmentResult(
        assignment=assignment.name, submission=submission, isolation="none", questions=(whole,)
    )


_NOT_OURS = ("PYTEST_", "HYPOTHESIS_", "GITHUB_")
"""Environment variables that are meant for whoever started the batch, not for one grading in it."""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
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
