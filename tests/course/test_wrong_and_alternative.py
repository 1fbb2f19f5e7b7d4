"""The tests of assignment 01 are tested themselves: the right question finds each mistake, and nothing else.

Each file in ``wrong/`` is one mistake in the reference, each in ``alternative/`` a correct solution of another
design.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.grading.one import grade_one
from autograder.notebook.read import from_percent
from autograder.notebook.variant import describe, variant
from autograder.verdict import AssignmentResult, Verdict

ASSIGNMENT = Course(root=Path(__file__).parents[2]).assignment("01_autograd")
REFERENCE = ASSIGNMENT.reference_source.read_text(encoding="utf-8")
WRONG = sorted((ASSIGNMENT.reference_directory / "wrong").glob("*.py"))
ALTERNATIVE = sorted((ASSIGNMENT.reference_directory / "alternative").glob("*.py"))

FIGURE = re.compile(r"plt\.show\(\)|^(show_fit|draw)\(", re.MULTILINE)


def graded(percent: str, path: Path) -> AssignmentResult:
    """The grade of a notebook without its figures, which would take much of the time."""
    sources = [cell.source for cell in from_percent(percent).cells if not FIGURE.search(cell.source)]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return grade_one(ASSIGNMENT, path, hidden=True).result


def test_there_are_enough_of_both() -> None:
    assert len(WRONG) >= 40
    assert len(ALTERNATIVE) >= 6


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_solution_is_rejected_by_its_question_alone(path: Path, tmp_path: Path) -> None:
    """Other questions pass, or are skipped because they build on it."""
    patch = path.read_text(encoding="utf-8")
    result = graded(variant(REFERENCE, patch), tmp_path / "submission.ipynb")
    verdicts = {question.id: question.outcome.verdict for question in result.questions}
    rejected = {id for id, verdict in verdicts.items() if verdict not in (Verdict.PASS, Verdict.SKIPPED)}
    assert rejected == set(describe(patch).rejected_by), verdicts
    assert {verdicts[id] for id in rejected} <= {Verdict.FAIL, Verdict.ERROR}


@pytest.mark.parametrize("path", ALTERNATIVE, ids=lambda path: path.stem)
def test_an_alternative_solution_gets_full_marks(path: Path, tmp_path: Path) -> None:
    result = graded(path.read_text(encoding="utf-8"), tmp_path / "submission.ipynb")
    assert [(q.id, q.outcome.message) for q in result.questions if not q.outcome.passed] == []
    assert result.score == result.max_score
