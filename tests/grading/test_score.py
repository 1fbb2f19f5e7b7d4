"""From what tests said to what questions are worth."""

from __future__ import annotations

import random

import pytest

from autograder.grading.score import TestRecord, score
from autograder.verdict import PASSED, AssignmentResult, Outcome, Verdict, grade_json

TestRecord.__test__ = False  # type: ignore[attr-defined]  # its name is not meant for pytest


def outcome(verdict: str) -> Outcome:
    return PASSED if verdict == "pass" else Outcome(verdict=Verdict(verdict), code="x", message="m")


def record(
    question: str, verdict: str, *, points: float = 1, needs: tuple[str, ...] = (), position: int = 0
) -> TestRecord:
    return TestRecord(
        test=f"{question}/{position}/{verdict}",
        position=position,
        assignment="01",
        question=question,
        title=f"title of {question}",
        points=points,
        needs=needs,
        hint=f"hint of {question}",
        outcome=outcome(verdict),
    )


def graded(*records: TestRecord) -> AssignmentResult:
    (result,) = score(records, isolation="none", submissions={"01": "a.ipynb"})
    return result


def verdicts(result: AssignmentResult) -> dict[str, str]:
    return {question.id: question.outcome.verdict.value for question in result.questions}


def test_points_of_a_question_are_those_of_its_passing_tests() -> None:
    result = graded(record("1.1", "pass", points=2), record("1.1", "fail", points=3, position=1))
    assert (result.score, result.max_score, verdicts(result)) == (2, 5, {"1.1": "fail"})


def test_questions_come_in_the_order_of_the_notebook() -> None:
    assert list(verdicts(graded(record("1.10", "pass"), record("1.9", "pass"), record("2.1", "pass")))) == [
        "1.9",
        "1.10",
        "2.1",
    ]


@pytest.mark.parametrize("verdict", ["fail", "error"])
def test_a_question_is_skipped_when_one_it_needs_did_not_pass(verdict: str) -> None:
    result = graded(
        record("1.1", verdict), record("1.2", "pass", needs=("1.1",)), record("1.3", "pass", needs=("1.2",))
    )
    assert verdicts(result) == {"1.1": verdict, "1.2": "skipped", "1.3": "skipped"}
    assert result.score == 0


def test_a_doubt_of_the_grader_blocks_nothing_and_leaves_the_score_open() -> None:
    result = graded(record("1.1", "inconclusive"), record("1.2", "pass", needs=("1.1",)))
    assert verdicts(result) == {"1.1": "inconclusive", "1.2": "pass"}
    assert result.score is None
    assert result.inconclusive
    assert not result.passed


def test_one_doubtful_test_makes_the_question_doubtful() -> None:
    result = graded(record("1.1", "fail"), record("1.1", "inconclusive", position=1))
    assert verdicts(result) == {"1.1": "inconclusive"}
    assert result.questions[0].points is None


def test_an_unsolved_chain_stays_not_attempted() -> None:
    result = graded(record("1.1", "not attempted"), record("1.2", "not attempted", needs=("1.1",)))
    assert verdicts(result) == {"1.1": "not attempted", "1.2": "not attempted"}


def test_work_that_builds_on_an_unsolved_question_is_skipped() -> None:
    result = graded(record("1.1", "not attempted"), record("1.2", "fail", needs=("1.1",)))
    assert verdicts(result) == {"1.1": "not attempted", "1.2": "skipped"}


def test_a_needed_question_that_was_not_selected_is_not_held_against_the_other() -> None:
    assert verdicts(graded(record("1.2", "pass", needs=("1.1",)))) == {"1.2": "pass"}


def test_a_circle_of_needs_ends() -> None:
    result = graded(record("1.1", "pass", needs=("1.2",)), record("1.2", "pass", needs=("1.1",)))
    assert verdicts(result) == {"1.1": "pass", "1.2": "pass"}


def test_the_order_in_which_tests_ran_changes_nothing() -> None:
    records = [
        record("1.1", "pass", position=0),
        record("1.1", "fail", position=4),
        record("1.2", "pass", needs=("1.1",), position=1),
        record("1.3", "error", position=2),
        record("1.4", "not attempted", position=3),
    ]
    expected = grade_json(score(records, isolation="none", submissions={"01": "a.ipynb"}))
    for seed in range(10):
        shuffled = random.Random(seed).sample(records, len(records))
        assert grade_json(score(shuffled, isolation="none", submissions={"01": "a.ipynb"})) == expected


def test_the_hint_is_shown_where_it_helps() -> None:
    result = graded(record("1.1", "fail"), record("1.2", "pass"), record("1.3", "inconclusive"))
    assert [question.outcome.hint for question in result.questions] == ["hint of 1.1", "", ""]


def test_a_record_survives_its_journey_as_plain_data() -> None:
    before = record("1.1", "fail", needs=("1.0",))
    assert TestRecord.from_json(before.to_json()) == before
