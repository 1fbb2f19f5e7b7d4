"""What one grading of one submission has given, whatever it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.feedback import NOT_JUDGED
from autograder.grading.judge import grader_fault
from autograder.verdict import AssignmentResult, QuestionResult

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.student import CellOutcome


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


def nobody_knows(
    assignment: Assignment, submission: str, reason: str, questions: Sequence[QuestionResult] = ()
) -> AssignmentResult:
    """A result that charges nothing.

    Args:
        assignment: what was to be graded.
        submission: whose result it is.
        reason: why there is none, as one sentence.
        questions: those of the assignment; if they are not known, there is one entry for all of it.
    """
    whole = QuestionResult(
        id="all", title=assignment.title, points=None, max_points=0.0, outcome=grader_fault(reason)
    )
    return AssignmentResult(
        assignment=assignment.name,
        submission=submission,
        isolation="none",
        questions=not_judged(questions or [whole], reason),
    )


def not_judged(questions: Iterable[QuestionResult], reason: str) -> tuple[QuestionResult, ...]:
    """The questions if nobody knows what an answer to them is worth."""
    unknown = grader_fault(reason)
    return tuple(replace(q, points=None, outcome=unknown, feedback=NOT_JUDGED) for q in questions)
