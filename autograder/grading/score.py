"""From the outcomes of single tests to the results of questions and assignments.

A pure function of what the tests said, so that the order of the tests and the process they ran in cannot
change a grade.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course import question_order
from autograder.grading.feedback import without_hidden
from autograder.verdict import (
    PASSED,
    AssignmentResult,
    Json,
    Outcome,
    QuestionResult,
    Verdict,
    outcome_from_json,
    outcome_to_json,
)

BLOCKING = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.SKIPPED, Verdict.NOT_ATTEMPTED})
"""Verdicts that leave nothing to build on. An inconclusive one blocks nothing: our fault costs no point."""

_SEVERITY = (
    Verdict.INCONCLUSIVE,
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.NOT_ATTEMPTED,
    Verdict.SKIPPED,
    Verdict.PASS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """One graded test and what it said."""

    test: str
    """The test's node id."""
    position: int
    """Its place among all collected tests: public before hidden, in file order."""
    assignment: str
    question: str
    title: str
    points: float
    needs: tuple[str, ...] = ()
    hint: str = ""
    hidden: bool = False
    outcome: Outcome = PASSED

    def to_json(self) -> dict[str, Json]:
        """Plain data, to travel on a pytest report between xdist's processes."""
        fields: dict[str, Json] = {
            f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "outcome"
        }
        return {**fields, "needs": list(self.needs), "outcome": outcome_to_json(self.outcome)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TestRecord:
        """The inverse of ``to_json``."""
        return cls(**{**data, "needs": tuple(data["needs"]), "outcome": outcome_from_json(data["outcome"])})


def score(
    records: Iterable[TestRecord], *, isolation: str, submissions: Mapping[str, str]
) -> tuple[AssignmentResult, ...]:
    """The results of all assignments that ``records`` speak of, in the order of the notebooks.

    Args:
        records: what the tests said.
        isolation: name of the strategy.
        submissions: file names of the graded notebooks, by assignment.
    """
    assignments: dict[str, list[TestRecord]] = {}
    for record in sorted(records, key=lambda record: record.position):
        assignments.setdefault(record.assignment, []).append(record)
    return tuple(
        AssignmentResult(
            assignment=assignment,
            submission=submissions[assignment],
            isolation=isolation,
            questions=tuple(_with_feedback(group)),
        )
        for assignment, group in sorted(assignments.items())
    )


def _with_feedback(records: Sequence[TestRecord]) -> list[QuestionResult]:
    """The results of the questions, with what the student may see where that is less."""
    return [
        question
        if question.outcome == shown.outcome
        else dataclasses.replace(question, feedback=shown.outcome)
        for question, shown in zip(_questions(records), _questions(without_hidden(records)), strict=True)
    ]


def _questions(records: Sequence[TestRecord]) -> list[QuestionResult]:
    tests: dict[str, list[TestRecord]] = {}
    for record in records:
        tests.setdefault(record.question, []).append(record)
    decided: dict[str, Outcome] = {}
    waiting: set[str] = set()
    for id in tests:
        _decide(id, tests, decided, waiting, path=())
    return [
        _result(id, tests[id], decided[id], waits=id in waiting) for id in sorted(tests, key=question_order)
    ]


def _decide(
    id: str,
    tests: Mapping[str, list[TestRecord]],
    decided: dict[str, Outcome],
    waiting: set[str],
    path: tuple[str, ...],
) -> Outcome:
    """The outcome of a question, after those of the questions that it needs.

    Those that some question keeps waiting are added to ``waiting``.
    """
    if id in decided:
        return decided[id]
    own = combine([record.outcome for record in tests[id]])
    blockers = [
        needed
        for record in tests[id]
        for needed in record.needs
        # A question that was not selected, or a circle of needs, is not held against this one.
        if needed in tests
        and needed not in (*path, id)
        and _decide(needed, tests, decided, waiting, (*path, id)).verdict in BLOCKING
    ]
    if blockers:
        waiting.add(id)
        own = blocked(own, blockers, [decided[b] for b in blockers])
    decided[id] = own
    return own


def blocked(own: Outcome, blockers: Sequence[str], outcomes: Sequence[Outcome]) -> Outcome:
    """What a question becomes when questions that it needs did not pass.

    A question that nobody has begun stays *not attempted* as long as those before it are not begun either.
    """
    if all(o.verdict is Verdict.NOT_ATTEMPTED for o in outcomes):
        if own.verdict is Verdict.NOT_ATTEMPTED:
            return own
        if own.code == "unwritten":  # stopped at one of those
            return dataclasses.replace(own, verdict=Verdict.NOT_ATTEMPTED, code="not-attempted")
    return built_on(blockers)


def built_on(blockers: Sequence[str]) -> Outcome:
    """Skipped, because ``blockers`` did not pass."""
    names = ", ".join(dict.fromkeys(blockers))
    return Outcome(
        verdict=Verdict.SKIPPED,
        code="needs",
        message=f"Not judged, because it builds on {names}, which did not pass.",
    )


def combine(outcomes: Sequence[Outcome]) -> Outcome:
    """The most telling of several outcomes: a doubt of ours first, then the first failure, else the pass."""
    return min(outcomes, key=lambda outcome: _SEVERITY.index(outcome.verdict))


def _result(id: str, records: Sequence[TestRecord], outcome: Outcome, *, waits: bool) -> QuestionResult:
    if outcome.verdict is Verdict.INCONCLUSIVE:
        points = None
    elif waits or outcome.code == "needs":
        points = 0.0
    else:
        points = sum(record.points for record in records if record.outcome.passed)
    # A hint is about the question; code that was stopped or could not be read has another problem.
    advisable = outcome.verdict in (Verdict.FAIL, Verdict.NOT_ATTEMPTED) or outcome.code == "raised"
    if advisable and not outcome.hint:
        hint = next((r.hint for r in records if r.outcome is outcome), "")
        outcome = dataclasses.replace(outcome, hint=hint)
    return QuestionResult(
        id=id,
        title=next((record.title for record in records if record.title), id),
        points=points,
        max_points=sum(record.points for record in records),
        outcome=outcome,
    )
