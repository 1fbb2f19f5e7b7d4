"""A gradebook with given results, as ``autograder grade`` would leave it."""

from __future__ import annotations

from pathlib import Path

from autograder.grading.gradebook import Entry, Gradebook
from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict

MAXIMUM = 20.0


def result(submission: str, score: float | None, *, assignment: str = "01_autograd") -> AssignmentResult:
    """A result with one question; without a score, one that a person has to look at."""
    verdict = Verdict.INCONCLUSIVE if score is None else Verdict.PASS if score == MAXIMUM else Verdict.FAIL
    message = "" if verdict is Verdict.PASS else "The gradient is wrong."
    outcome = Outcome(verdict=verdict, code="gradient-wrong" if message else "", message=message)
    question = QuestionResult(id="1.1", title="relu", points=score, max_points=MAXIMUM, outcome=outcome)
    return AssignmentResult(
        assignment=assignment, submission=submission, isolation="none", questions=(question,)
    )


def write_gradebook(path: Path, *results: AssignmentResult) -> Path:
    """Store one attempt for each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Gradebook(path, create=True) as book:
        for one in results:
            book.add(
                Entry(
                    result=one,
                    submission_sha256="",
                    tests_sha256="",
                    versions={},
                    hidden=True,
                    trouble="",
                    started_at="2026-01-02T03:04:05+00:00",
                    duration=1.5,
                )
            )
    return path
