"""The sample class gets exactly the grades that stand beside its notebooks."""

from __future__ import annotations

import ast
import importlib
import json
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.one import grade_one

ROOT = Path(__file__).parents[2]
ASSIGNMENT = Course(root=ROOT).assignment("01_autograd")
FOLDER = ROOT / "tests" / "class" / ASSIGNMENT.name
SUBMISSIONS = sorted(FOLDER.glob("*.ipynb"))
QUICK = {
    *("correct_tape", "half_solved", "unsolved", "wrong_visiting_order", "wrong_mask_and_sign"),
    *(
        "file_empty",
        "file_invalid_json",
        "file_not_a_notebook",
        "trouble_os_exit",
        "trouble_loop_in_a_function",
    ),
}
"""Graded here; all of them are graded as a batch in CI, and compared in the same way."""


def test_there_are_enough_submissions() -> None:
    assert len(SUBMISSIONS) >= 24


def test_the_files_are_what_their_sources_make() -> None:
    """If this fails: python -m tests.class.make"""
    made = dict(importlib.import_module("tests.class.make").files())
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == made


@pytest.mark.parametrize(
    "submission", [path for path in SUBMISSIONS if path.stem in QUICK], ids=lambda path: path.stem
)
def test_each_submission_gets_its_grade(submission: Path) -> None:
    expected = json.loads(submission.with_suffix(".expected.json").read_text(encoding="utf-8"))
    result = grade_one(ASSIGNMENT, submission, hidden=True).result
    questions = {
        question.id: [question.outcome.verdict.value, question.points] for question in result.questions
    }
    assert questions == expected["questions"]
    assert (result.score, result.max_score) == (expected["score"], expected["max_score"])
    for question in result.questions:
        assert_can_be_pasted(question.outcome.example)


def assert_can_be_pasted(example: str) -> None:
    """A student runs it in the notebook: plain Python that gives each name once in a line."""
    for statement in ast.walk(ast.parse(example)):
        assert not isinstance(statement, ast.Assign) or len(statement.targets) == 1, example
