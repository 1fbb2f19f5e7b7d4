"""Assignment 02: what the notebook says about its questions is what the tests do."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from autograder.course import Question, load_assignment
from autograder.notebook.release import is_current
from tests.assignments.test_01_autograd import questions

ROOT = Path(__file__).parents[2]
ASSIGNMENT = load_assignment(ROOT / "assignments" / "02_mlp")
REFERENCE = ASSIGNMENT.reference_source.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def public() -> list[tuple[Question, str]]:
    return questions(ASSIGNMENT.directory / "test_mlp.py")


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


def test_needs_name_earlier_questions_and_agree(public, hidden) -> None:
    """With or without hidden tests, the same questions are skipped for the same mistake."""
    order = list(headings())
    needs = {question.id: set(question.needs) for question, _ in public}
    for question, _ in public + hidden:
        assert all(order.index(needed) < order.index(question.id) for needed in question.needs), question
        assert set(question.needs) <= needs[question.id], question


def test_the_notebook_says_what_a_question_builds_on(public) -> None:
    said: dict[str, set[str]] = {}
    for section in re.split(r"^# ### ", REFERENCE, flags=re.MULTILINE)[1:]:
        sentence = re.search(r"This question builds on (.*?\d)\.(\s|$)", re.sub(r"\n# ?", " ", section))
        said[section.split()[0]] = set(re.findall(r"\d\.\d+", sentence[1])) if sentence else set()
    for question, _ in public:
        assert set(question.needs) == said[question.id], question


def test_titles_fit_in_one_line(public, hidden) -> None:
    for question, doc in public + hidden:
        title = doc.partition("\n")[0]
        assert title, question
        assert len(title) <= 80, title
    for question, doc in public:
        assert len(doc.partition("\n")[0]) <= 50, question


def test_the_student_notebook_is_what_the_reference_makes() -> None:
    assert is_current(ASSIGNMENT)


def test_rings_of_notebook_and_tests_are_alike() -> None:
    """Both sides draw the same kind of points; only the seeds differ."""
    body = re.compile(r"labels = rng\.integers.*?points = np\.stack.*?\n", re.DOTALL)
    drawn = {
        re.sub(r"\s+", " ", body.search(text)[0])
        for text in (
            REFERENCE,
            (ASSIGNMENT.directory / "test_mlp.py").read_text(encoding="utf-8"),
            ASSIGNMENT.hidden_tests.read_text(encoding="utf-8"),
        )
    }
    assert len(drawn) == 1
