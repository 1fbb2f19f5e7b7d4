"""What a grade is made of: frozen results and their JSON form.

Nothing here knows how a verdict was found. Every renderer draws the same fields.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

FORMAT_VERSION = 1
"""Version of the grade JSON; raised when a field changes its meaning."""


class Verdict(enum.StrEnum):
    """How a question was judged."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    """The answer is wrong, with a counterexample that was run twice."""
    ERROR = "error"
    """The student's code raised, timed out, ran out of memory or died."""
    INCONCLUSIVE = "inconclusive"
    """The grader could not judge: no points are taken, a person has to look."""
    SKIPPED = "skipped"
    """Not judged because a question that it needs did not pass."""
    NOT_ATTEMPTED = "not attempted"
    """The skeleton's ``NotImplementedError`` is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in the student's notebook."""

    cell: int
    """Number of the code cell: the ``[n]`` that Jupyter shows after *Restart and run all*."""
    line: int | None = None
    """Line within the cell, from 1."""
    source: str = ""
    """That line as the student wrote it, without its indentation."""

    def to_json(self) -> dict[str, Json]:
        """Plain data for the grade JSON."""
        return {"cell": self.cell, "line": self.line, "source": self.source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check, or one test, says."""

    verdict: Verdict
    code: str = ""
    """Stable short name of the finding, e.g. ``gradient-sign``; empty for a pass."""
    message: str = ""
    """One or two sentences for the student; the first line can stand alone."""
    expected: str = ""
    got: str = ""
    example: str = ""
    """The smallest input that shows it, as code that can be pasted in the notebook."""
    where: Where | None = None
    hint: str = ""
    """Advice, kept apart from the facts in ``message``."""
    evidence: Mapping[str, Json] = field(default_factory=dict)
    """Numbers behind the judgement (examples, worst error, tolerance, diagnosis ...): plain data, no NaN."""

    @property
    def passed(self) -> bool:
        """True only for a pass."""
        return self.verdict is Verdict.PASS


PASSED = Outcome(verdict=Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question of one submission, judged by all its tests."""

    id: str
    title: str
    points: float | None
    """Points earned; None when the verdict is inconclusive, because then nobody knows yet."""
    max_points: float
    outcome: Outcome
    feedback: Outcome | None = None
    """What the student may see in its place, where a hidden test decided; None: all of it."""

    def to_json(self) -> dict[str, Json]:
        """Plain data for the grade JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "points": self.points,
            "max_points": self.max_points,
            **outcome_to_json(self.outcome),
            "feedback": outcome_to_json(self.feedback) if self.feedback else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentResult:
    """One submission of one assignment."""

    assignment: str
    submission: str
    """Name of the graded file, without directories."""
    isolation: str
    questions: tuple[QuestionResult, ...]

    @property
    def max_score(self) -> float:
        """Sum of the points of the questions that were selected."""
        return sum(question.max_points for question in self.questions)

    @property
    def score(self) -> float | None:
        """Sum of the points earned; None while a question waits for a person."""
        points = [question.points for question in self.questions]
        return None if any(p is None for p in points) else sum(p for p in points if p is not None)

    @property
    def passed(self) -> bool:
        """True if there is something to judge and all of it passed."""
        return bool(self.questions) and all(q.outcome.passed for q in self.questions)

    @property
    def inconclusive(self) -> bool:
        """True if a person has to look at a question."""
        return any(q.outcome.verdict is Verdict.INCONCLUSIVE for q in self.questions)

    def for_student(self) -> AssignmentResult:
        """What the student may see of it: of hidden tests, only whether they passed and the points."""
        questions = tuple(
            replace(question, outcome=question.feedback or question.outcome, feedback=None)
            for question in self.questions
        )
        return replace(self, questions=questions)

    def to_json(self) -> dict[str, Json]:
        """Plain data for the grade JSON."""
        return {
            "assignment": self.assignment,
            "submission": self.submission,
            "score": self.score,
            "max_score": self.max_score,
            "isolation": self.isolation,
            "questions": [question.to_json() for question in self.questions],
        }


def grade_json(results: Sequence[AssignmentResult]) -> dict[str, Json]:
    """The grade JSON of one run: ``{"version": 1, "assignments": [...]}``.

    It holds no timestamps or durations, so the same submission gives the same bytes.
    """
    return {"version": FORMAT_VERSION, "assignments": [result.to_json() for result in results]}


def outcome_to_json(outcome: Outcome) -> dict[str, Json]:
    """Plain data with the fields that each question has in the grade JSON."""
    return {
        "verdict": outcome.verdict.value,
        "code": outcome.code,
        "message": outcome.message,
        "expected": outcome.expected,
        "got": outcome.got,
        "example": outcome.example,
        "where": outcome.where.to_json() if outcome.where else None,
        "hint": outcome.hint,
        "evidence": dict(outcome.evidence),
    }


def outcome_from_json(data: Mapping[str, Any]) -> Outcome:
    """The inverse of ``outcome_to_json``; other fields are ignored."""
    where = data["where"]
    return Outcome(
        verdict=Verdict(data["verdict"]),
        code=data["code"],
        message=data["message"],
        expected=data["expected"],
        got=data["got"],
        example=data["example"],
        where=Where(**where) if where else None,
        hint=data["hint"],
        evidence=data["evidence"],
    )


def result_from_json(data: Mapping[str, Any]) -> AssignmentResult:
    """The inverse of ``AssignmentResult.to_json``; totals are computed anew, other fields are ignored."""
    return AssignmentResult(
        assignment=data["assignment"],
        submission=data["submission"],
        isolation=data["isolation"],
        questions=tuple(
            QuestionResult(
                id=question["id"],
                title=question["title"],
                points=question["points"],
                max_points=question["max_points"],
                outcome=outcome_from_json(question),
                feedback=_feedback_from_json(question),
            )
            for question in data["questions"]
        ),
    )


def _feedback_from_json(question: Mapping[str, Any]) -> Outcome | None:
    if "feedback" in question:
        return outcome_from_json(question["feedback"]) if question["feedback"] else None
    # From before it was kept: nobody knows which of it came from hidden tests.
    verdict = Verdict(question["verdict"])
    if verdict is Verdict.PASS:
        return None
    return Outcome(verdict=verdict, code="hidden", message="Grade it again to see what is wrong.")
