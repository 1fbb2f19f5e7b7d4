"""What counts of a gradebook: the one place that everything which leaves it takes its scores from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.grading.gradebook import Entry, Gradebook
    from autograder.verdict import AssignmentResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One submission of one assignment as it counts."""

    submission: str
    """The name of its row in the gradebook: the student's id if there was a roster."""
    score: float | None
    """None while a person has to look."""
    max_score: float
    result: AssignmentResult
    """The attempt that it comes from."""
    trouble: str
    """One sentence if it could not be read or judged."""
    started_at: str
    """ISO 8601, UTC."""
    duration: float
    """Seconds."""


def marks(gradebook: Gradebook, assignment: str | None = None) -> list[Mark]:
    """What counts of all submissions of one assignment, by name.

    Args:
        gradebook: an open gradebook.
        assignment: its name; may be left out where the gradebook has only one.

    Raises:
        UsageError: there is no such assignment, or several and none is named.
    """
    known = gradebook.assignments()
    if assignment is None:
        if len(known) != 1:
            raise UsageError(
                f"name one with --assignment (there are: {', '.join(known) or 'none'}): {gradebook.path}"
            )
        assignment = known[0]
    elif assignment not in known:
        raise UsageError(f"nothing of {assignment} was graded (but: {', '.join(known)}): {gradebook.path}")
    return [_mark(entry) for entry in gradebook.current(assignment).values()]


def _mark(entry: Entry) -> Mark:
    return Mark(
        submission=entry.result.submission,
        score=counting_score(entry),
        max_score=entry.result.max_score,
        result=entry.result,
        trouble=entry.trouble,
        started_at=entry.started_at,
        duration=entry.duration,
    )


def counting_score(entry: Entry) -> float | None:
    """The points that count for an attempt; None while a person has to look."""
    return entry.result.score
