"""Results to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict, Where

MakeQuestion = Callable[..., QuestionResult]
MakeResult = Callable[..., AssignmentResult]


@pytest.fixture
def make_question() -> MakeQuestion:
    def make(
        id: str,
        verdict: str,
        *,
        title: str = "a title",
        points: float | None = None,
        max_points: float = 2.0,
        **outcome: Any,
    ) -> QuestionResult:
        kind = Verdict(verdict)
        earned = (
            {Verdict.PASS: max_points, Verdict.INCONCLUSIVE: None}.get(kind, 0.0)
            if points is None
            else points
        )
        return QuestionResult(
            id=id, title=title, points=earned, max_points=max_points, outcome=Outcome(verdict=kind, **outcome)
        )

    return make


@pytest.fixture
def make_result() -> MakeResult:
    def make(*questions: QuestionResult, submission: str = "alice.ipynb") -> AssignmentResult:
        return AssignmentResult(
            assignment="01_autograd", submission=submission, isolation="none", questions=questions
        )

    return make


@pytest.fixture
def mixed(make_question: MakeQuestion, make_result: MakeResult) -> AssignmentResult:
    """One question of each verdict."""
    return make_result(
        make_question("1.1", "pass", title="relu works on arrays of any shape"),
        make_question(
            "1.2",
            "fail",
            title="relu backward is the derivative of relu forward",
            max_points=4.0,
            code="gradient-mask",
            message="The gradient of `relu` is wrong; the forward pass is right.",
            where=Where(cell=14, line=6, source="return upstream * (x > 0.5)"),
            example="x = np.array([[0.0625]])\nrelu_backward(x, np.array([[1.0]]))",
            expected="[[1.0]]",
            got="[[0.0]]",
            hint="For which inputs does relu have slope 1?",
            evidence={"examples": 60, "worst": 1.0},
        ),
        make_question(
            "1.3", "error", title="tanh", message="Your code raised NameError: name 'x' is not defined"
        ),
        make_question("1.10", "inconclusive", title="a loss", message="The grader fell over."),
        make_question("2.1", "skipped", title="a fit", message="Not judged, because it builds on 1.2."),
        make_question("2.2", "not attempted", title="descent", message="Not attempted yet"),
    )
