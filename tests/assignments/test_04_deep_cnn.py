"""Assignment 04: what the notebook says about its questions is what the tests do."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from autograder.checks.weights import load_weights
from autograder.course import Question, load_assignment, question_of
from autograder.notebook.release import is_current
from autograder.notebook.variant import describe, variant
from autograder.notebook.weights import read_weights, weights_of

ROOT = Path(__file__).parents[2]
ASSIGNMENT = load_assignment(ROOT / "assignments" / "04_deep_cnn")
REFERENCE = ASSIGNMENT.reference_source.read_text(encoding="utf-8")


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def questions(path: Path) -> list[tuple[Question, str]]:
    """Each graded test's question and docstring, in file order."""
    tests = [value for name, value in vars(load(path)).items() if name.startswith("test_")]
    return [(question, test.__doc__ or "") for test in tests if (question := question_of(test))]


@pytest.fixture(scope="module")
def public() -> list[tuple[Question, str]]:
    return questions(ASSIGNMENT.directory / "test_deep_cnn.py")


@pytest.fixture(scope="module")
def hidden() -> list[tuple[Question, str]]:
    return questions(ASSIGNMENT.hidden_tests)


def headings() -> dict[str, int]:
    """Points of each question as its heading says them."""
    found = re.findall(r"^# ### (\d\.\d+) .* \((\d+) points?\)$", REFERENCE, re.MULTILINE)
    return {id: int(points) for id, points in found}


def test_headings_say_the_points_of_the_tests(public, hidden) -> None:
    points: dict[str, float] = defaultdict(float)
    for question, _ in public + hidden:
        points[question.id] += question.points
    assert dict(points) == headings()


def test_the_table_at_the_top_adds_them_up() -> None:
    parts = re.findall(r"^# \| Part (\d) \|.*\| (\d+) \|$", REFERENCE, re.MULTILINE)
    totals: dict[str, int] = defaultdict(int)
    for id, points in headings().items():
        totals[id[0]] += points
    assert {part: int(points) for part, points in parts} == dict(totals)


def test_public_tests_give_most_points_of_every_part(public, hidden) -> None:
    def total(tests: list[tuple[Question, str]]) -> float:
        return sum(question.points for question, _ in tests)

    assert 0.5 < total(public) / total(public + hidden) < 0.7
    assert {question.id for question, _ in public} == set(headings())


def test_needs_name_earlier_questions(public, hidden) -> None:
    order = list(headings())
    for question, _ in public + hidden:
        assert all(order.index(needed) < order.index(question.id) for needed in question.needs), question


def test_public_and_hidden_tests_agree_about_needs(public, hidden) -> None:
    """With or without hidden tests, the same questions are skipped for the same mistake."""
    needs = {question.id: set(question.needs) for question, _ in public}
    for question, _ in hidden:
        assert set(question.needs) <= needs[question.id], question


def test_titles_fit_in_one_line(public, hidden) -> None:
    for question, doc in public + hidden:
        title = doc.partition("\n")[0]
        assert title, question
        assert len(title) <= 80, title
    for question, doc in public:
        assert len(doc.partition("\n")[0]) <= 50, question


def test_the_committed_notebook_is_the_released_one() -> None:
    assert is_current(ASSIGNMENT)


def test_the_reference_weights_belong_to_the_reference_network(public) -> None:
    network = load(ASSIGNMENT.directory / "test_deep_cnn.py").lecture_network()
    weights = read_weights(weights_of(ASSIGNMENT.reference_source, ASSIGNMENT))
    assert load_weights(network, weights).passed


def test_every_wrong_solution_applies_to_the_reference() -> None:
    patches = sorted((ASSIGNMENT.reference_directory / "wrong").glob("*.py"))
    assert len(patches) >= 40
    for patch in patches:
        text = patch.read_text(encoding="utf-8")
        assert set(describe(text).rejected_by) <= set(headings()), patch.name
        assert variant(REFERENCE, text) != REFERENCE


def test_there_are_enough_alternatives() -> None:
    assert len(list((ASSIGNMENT.reference_directory / "alternative").glob("*.py"))) >= 5
