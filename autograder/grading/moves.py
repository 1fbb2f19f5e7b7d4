"""What a regrade would move: whose score, by how much, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.verdict import AssignmentResult, Json, QuestionResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One submission that gets another grade."""

    submission: str
    before: float | None
    """The score; None while a person has to look."""
    after: float | None
    questions: tuple[tuple[str, Verdict | None, Verdict | None], ...]
    """Number of each question that changes, with its verdict before and after; None: it did not exist."""

    def to_json(self) -> dict[str, Json]:
        """Plain data."""
        return {
            "submission": self.submission,
            "before": self.before,
            "after": self.after,
            "questions": [
                {"question": id, "before": was and was.value, "after": now and now.value}
                for id, was, now in self.questions
            ],
        }


def moves(before: Mapping[str, AssignmentResult], after: Mapping[str, AssignmentResult]) -> list[Move]:
    """The submissions in ``after`` whose points or verdicts differ from those in ``before``, by name."""
    found = []
    for name, new in sorted(after.items()):
        old = before.get(name)
        if old is None:
            continue
        questions = tuple(_changes(old, new))
        if questions or old.score != new.score:
            found.append(Move(submission=name, before=old.score, after=new.score, questions=questions))
    return found


def _changes(
    old: AssignmentResult, new: AssignmentResult
) -> list[tuple[str, Verdict | None, Verdict | None]]:
    was, now = ({q.id: q for q in result.questions} for result in (old, new))
    return [
        (id, _verdict(was.get(id)), _verdict(now.get(id)))
        for id in dict.fromkeys([*was, *now])
        if _grade(was.get(id)) != _grade(now.get(id))
    ]


def _verdict(question: QuestionResult | None) -> Verdict | None:
    return question.outcome.verdict if question else None


def _grade(question: QuestionResult | None) -> tuple[object, ...]:
    return (question.outcome.verdict, question.points, question.max_points) if question else ()
