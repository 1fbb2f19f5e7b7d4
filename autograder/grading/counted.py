"""What counts of a gradebook: the one place that everything which leaves it takes its scores from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.grading.standings import standings

if TYPE_CHECKING:
    from autograder.grading.counting import Counted
    from autograder.grading.gradebook import Entry, Gradebook
    from autograder.policy import CoursePolicy, Rules
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
    """The attempt that it comes from, with points by hand in place of those of the tests."""
    trouble: str
    """One sentence if it could not be read or judged."""
    started_at: str
    """ISO 8601, UTC."""
    duration: float
    """Seconds."""


def marks(
    gradebook: Gradebook,
    assignment: str | None = None,
    policy: CoursePolicy | None = None,
    rules: Mapping[str, Rules] | None = None,
) -> list[Mark]:
    """What counts of all submissions of one assignment, by name.

    Args:
        gradebook: an open gradebook.
        assignment: its name; may be left out where the gradebook has only one.
        policy: the course's; without it, the latest attempt counts as it is, with the points given by hand.
        rules: of the assignments.

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
    found = []
    for standing in standings(gradebook, policy, rules).students:
        counted = standing.counted.get(assignment)
        entry = gradebook.attempt(counted.attempt.number) if counted else None
        if counted and entry:
            found.append(_mark(entry, counted))
    return found


def _mark(entry: Entry, counted: Counted) -> Mark:
    by_hand = {asked.id: float(points) for _, asked, points in counted.marks}
    questions = tuple(
        replace(question, points=by_hand.get(question.id, question.points))
        for question in entry.result.questions
    )
    return Mark(
        submission=entry.result.submission,
        score=None if counted.points is None else float(counted.points),
        max_score=float(counted.most),
        result=replace(entry.result, questions=questions),
        trouble=entry.trouble,
        started_at=entry.started_at,
        duration=entry.duration,
    )
