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
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

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


class _Receiver:
    """Takes the results out of the pytest run."""

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
        self.results = results
        self.weights_sha256 = weights_sha256
        self.cells = tuple(cell for outcomes in cells.values() for cell in outcomes)


class _Starter:
    """Starts the student process of a pytest run by a given strategy."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
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
        process = start_student(assignment, time_left, self._isolation)
        self._started.append(process)
        return process


class _Only:
    """Leaves out the tests of all but some questions."""

    def __init__(self, questions: Set[str]) -> None:
        self._questions = questions

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        asked = ((item, question_of(getattr(item, "function", None))) for item in items)
        items[:] = [item for item, question in asked if question and question.id in self._questions]


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
    started = time.monotonic()
    for trial in range(1, _TRIALS + 1):
        ended = _ended_for_memory()
        attempt, killed = _grade_once(
            assignment, submission, hidden=hidden, isolation=isolation, questions=questions
        )
        if killed is None and _ended_for_memory() > ended:
            killed = True
        if killed is False or (killed is None and trial > 1):
            break
    else:
        attempt = _killed(attempt)
    return replace(attempt, duration=time.monotonic() - started)


def _grade_once(
    assignment: Assignment,
    submission: Path,
    *,
    hidden: bool,
    isolation: Isolation,
    questions: Set[str] | None,
) -> tuple[Attempt, bool | None]:
    """The attempt, and whether a process of the notebook was killed; see ``StudentProcess.killed``."""
    trouble, digest = "", ""
    try:
        digest = hashlib.sha256(read_bytes(submission)).hexdigest()
    except (UnreadableNotebook, InfrastructureError) as error:
        trouble = str(error)
    receiver, starter = _Receiver(), _Starter(isolation)
    root = assignment.directory.parent.parent
    arguments = [
        *("-c", str(_CONFIGURATION), "--rootdir", str(root), "--confcutdir", str(root)),
        *("-p", "autograder.plugin", f"--submission={submission.absolute()}"),
        *(str(assignment.directory), *(["--hidden"] if hidden else [])),
    ]
    said = io.StringIO()
    with _alone(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        only = [] if questions is None else [_Only(questions)]
        status = pytest.main(arguments, plugins=[receiver, starter, *only])
    result = next((r for r in receiver.results if r.assignment == assignment.name), None)
    if result is None or status not in (0, 1, 3):
        last = next((line for line in reversed(said.getvalue().splitlines()) if line.strip()), "no output")
        trouble = (
            f"The tests of {assignment.name} could not be run (pytest: {int(status)}): {last.strip()[:200]}"
        )
        result = nobody_knows(assignment, submission.name, trouble)
    trouble = trouble or next(
        (q.outcome.message for q in result.questions if q.outcome.code in ("unreadable", "grader-fault")), ""
    )
    attempt = Attempt(
        submission=submission.name,
        path=submission,
        sha256=digest,
        weights_sha256=receiver.weights_sha256.get(assignment.name, ""),
        result=replace(result, isolation=isolation.name),
        trouble=trouble,
        cells=receiver.cells,
        memory=starter.memory,
        outputs=printed(receiver.cells),
    )
    # Whoever interrupts the grading ends the notebook, too.
    return attempt, starter.killed if status != pytest.ExitCode.INTERRUPTED else False


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
    kept = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith(_NOT_OURS)}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for key in [key for key in os.environ if key.startswith(_NOT_OURS)]:
            del os.environ[key]
        os.environ.update(kept)
