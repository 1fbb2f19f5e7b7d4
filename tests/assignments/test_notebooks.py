"""What each notebook says about its questions is what the tests do."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from autograder.course import Assignment, Course, Question, question_of
from autograder.notebook.release import is_current

COURSE = Course(root=Path(__file__).parents[2])


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


@pytest.fixture(scope="module", params=COURSE.assignments(), ids=lambda assignment: assignment.name)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return request.param


@pytest.fixture(scope="module")
def public(assignment: Assignment) -> list[tuple[Question, str]]:
    (path,) = assignment.directory.glob("test_*.py")
    return questions(path)


@pytest.fixture(scope="module")
def hidden(assignment: Assignment) -> list[tuple[Question, str]]:
    return questions(assignment.hidden_tests)


@pytest.fixture(scope="module")
def reference(assignment: Assignment) -> str:
    return assignment.reference_source.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def headings(reference: str) -> dict[str, int]:
    """Points of each question as its heading says them."""
    found = re.findall(r"^# ### (\d\.\d+) .* \((\d+) points?\)$", reference, re.MULTILINE)
    return {id: int(points) for id, points in found}


def test_headings_say_the_points_of_the_tests(public, hidden, headings) -> None:
    points: dict[str, float] = defaultdict(float)
    for question, _ in public + hidden:
        points[question.id] += question.points
    assert dict(points) == headings


def test_the_table_at_the_top_adds_them_up(reference, headings) -> None:
    parts = re.findall(r"^# \| Part (\d) \|.*\| (\d+) \|$", reference, re.MULTILINE)
    totals: dict[str, int] = defaultdict(int)
    for id, points in headings.items():
        totals[id[0]] += points
    assert {part: int(points) for part, points in parts} == dict(totals)


def test_public_tests_give_most_points_of_every_part(public, hidden, headings) -> None:
    def total(tests: list[tuple[Question, str]]) -> float:
        return sum(question.points for question, _ in tests)

    assert 0.5 < total(public) / total(public + hidden) < 0.7
    assert {question.id for question, _ in public} == set(headings)


def test_needs_name_earlier_questions(public, hidden, headings) -> None:
    order = list(headings)
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


def test_the_student_notebook_is_what_the_reference_makes(assignment) -> None:
    assert is_current(assignment)
