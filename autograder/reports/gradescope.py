"""Gradescope's ``results.json``: what a student may see of a grade, in the form that Gradescope draws.

Fields as in its documentation (https://gradescope-autograders.readthedocs.io/en/latest/specs/); their JSON
Schema is ``gradescope.schema.json``. The total is given as a whole, and overrides the sum of the questions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autograder.reports.terminal import MARKS, explanation, points, to_text
from autograder.reports.text import one_line
from autograder.verdict import QuestionResult, Verdict

if TYPE_CHECKING:
    from autograder.grading.counted import Mark
    from autograder.verdict import Json

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
_WIDTH = 100


def text(mark: Mark, *, visibility: str = "visible") -> str | None:
    """The file for one submission; None while a person has to look.

    Gradescope has no score that is not known yet: without a file it says that the autograder failed, and
    gives no points; anything else would be a grade.

    Args:
        mark: what counts.
        visibility: when students see it, one of ``VISIBILITIES``.
    """
    if mark.score is None:
        return None
    shown = mark.result.for_student()
    total = sum(question.points or 0.0 for question in shown.questions)
    data: dict[str, Json] = {
        "score": mark.score,
        "output": _about(mark, total),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",  # whatever is printed there is for the teacher
        "tests": [_test(question, visibility) for question in shown.questions],
    }
    return json.dumps(data, ensure_ascii=True, allow_nan=False, indent=2) + "\n"


def _about(mark: Mark, total: float) -> str:
    given, counted = points(total), points(mark.score)
    return "" if given == counted else f"The questions give {given} points; {counted} count."


def _test(question: QuestionResult, visibility: str) -> dict[str, Json]:
    verdict = question.outcome.verdict
    explained = verdict is not Verdict.PASS
    return {
        "name": f"{MARKS[verdict]} {one_line(question.title)}",
        "number": one_line(question.id),
        # Where a person has decided on the whole, one question may have no points that are known.
        **({} if question.points is None else {"score": question.points}),
        "max_score": question.max_points,
        "status": "passed" if verdict is Verdict.PASS else "failed",
        "output": to_text(explanation(question, width=_WIDTH)).rstrip("\n") if explained else "",
        "visibility": visibility,
    }
