"""The tests of assignment 01 are tested themselves: the right question finds each mistake, and nothing else.

Each file in ``wrong/`` is one mistake in the reference; each in ``alternative/`` is a correct solution of
another design.

Grading a notebook takes seconds, and there are many mistakes. So several are put into one notebook, where
they cannot hide each other: no question that rejects one of them is, or builds on, a question that rejects
another.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Mapping
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

pytestmark = pytest.mark.slow

FIGURE = re.compile(r"plt\.show\(\)|^(show_fit|draw)\(", re.MULTILINE)


def graded(percent: str, path: Path) -> AssignmentResult:
    """The grade of a notebook without its figures, which would take much of the time."""
    sources = [cell.source for cell in from_percent(percent).cells if not FIGURE.search(cell.source)]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return grade_one(ASSIGNMENT, path, hidden=True).result


def rejections(paths: list[Path]) -> set[str]:
    return {id for path in paths for id in describe(path.read_text(encoding="utf-8")).rejected_by}


def definitions(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def packed(paths: list[Path], builds_on: Mapping[str, set[str]]) -> list[list[Path]]:
    """Groups of mistakes that can be judged in one notebook."""

    def below(paths: list[Path]) -> set[str]:
        return set().union(*(builds_on[id] for id in rejections(paths)))

    def fits(group: list[Path], path: Path) -> bool:
        return (
            rejections(group).isdisjoint(rejections([path]) | below([path]))
            and rejections([path]).isdisjoint(below(group))
            and all(definitions(path).isdisjoint(definitions(other)) for other in group)
        )

    groups: list[list[Path]] = []
    for path in sorted(paths, key=lambda path: -len(below([path]))):
        group = next((group for group in groups if fits(group, path)), None)
        if group is None:
            groups.append([path])
        else:
            group.append(path)
    return groups


BUILDS_ON = importlib.import_module("tests.class.make").dependencies()
BUILDS_ON["4.1"].add("2.3")  # a backward that forgets earlier gradients hides a descend that keeps them
GROUPS = packed(WRONG, BUILDS_ON)


def check_rejected(paths: list[Path], submission: Path) -> None:
    """Rejected by their questions; all others pass, or are skipped because they build on one of those."""
    text = REFERENCE
    for path in paths:
        text = variant(text, path.read_text(encoding="utf-8"))
    verdicts = {question.id: question.outcome.verdict for question in graded(text, submission).questions}
    rejected = {id for id, verdict in verdicts.items() if verdict in (Verdict.FAIL, Verdict.ERROR)}
    assert rejected == rejections(paths), ([path.stem for path in paths], verdicts)
    assert {verdicts[id] for id in verdicts.keys() - rejected} <= {Verdict.PASS, Verdict.SKIPPED}


def test_there_are_enough_of_both() -> None:
    assert len(WRONG) >= 40
    assert len(ALTERNATIVE) >= 6


@pytest.mark.parametrize("paths", GROUPS, ids=lambda paths: f"{paths[0].stem} and {len(paths) - 1} more")
def test_wrong_solutions_are_rejected_by_their_questions(paths: list[Path], tmp_path: Path) -> None:
    check_rejected(paths, tmp_path / "submission.ipynb")


@pytest.mark.parametrize("path", ALTERNATIVE, ids=lambda path: path.stem)
def test_an_alternative_solution_gets_full_marks(path: Path, tmp_path: Path) -> None:
    result = graded(path.read_text(encoding="utf-8"), tmp_path / "submission.ipynb")
    assert [(q.id, q.outcome.message) for q in result.questions if not q.outcome.passed] == []
    assert result.score == result.max_score
