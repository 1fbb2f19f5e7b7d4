"""What a student learns of hidden tests: whether they passed, and nothing that the notebook could choose.

Whatever a notebook does with the input of a hidden test (raise it as a message, return it, print it,
raise it in one of many lines, run out of time) must look the same to the student. So a hidden test that did
not pass is replaced, before the questions are decided, by one sentence of ours.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.verdict import PASSED, Outcome, Verdict

if TYPE_CHECKING:
    from autograder.grading.score import TestRecord

NOT_PASSED = Outcome(
    verdict=Verdict.FAIL, code="hidden", message="A hidden test of this question did not pass."
)
NOT_JUDGED = Outcome(
    verdict=Verdict.INCONCLUSIVE,
    code="hidden",
    message="This question could not be judged. No points were taken, and a person will look at it.",
)
_SPEAKS = (Verdict.FAIL, Verdict.ERROR, Verdict.NOT_ATTEMPTED)


def without_hidden(records: Sequence[TestRecord]) -> list[TestRecord]:
    """The tests of an assignment with hidden outcomes reduced.

    A question that fails a public test too is explained by that one.
    """
    explained = {r.question for r in records if not r.hidden and r.outcome.verdict in _SPEAKS}
    return [
        dataclasses.replace(record, outcome=_reduced(record.outcome, explained=record.question in explained))
        if record.hidden
        else record
        for record in records
    ]


def _reduced(outcome: Outcome, *, explained: bool) -> Outcome:
    if outcome.verdict is Verdict.INCONCLUSIVE:
        return NOT_JUDGED
    if outcome.passed or outcome.code == "needs":  # names questions, and is said by the plugin alone
        return outcome
    return PASSED if explained else NOT_PASSED
