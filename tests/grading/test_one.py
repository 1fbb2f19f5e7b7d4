"""Grading one submission in this process, as a batch does."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.one import grade_one
from tests.demo import SOLVED, DemoCourse, write_notebook


def test_an_attempt_holds_the_result_and_where_it_came_from(course: DemoCourse, tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "alice.ipynb", ["print('hello')", *SOLVED])
    attempt = grade_one(Course(root=course.root).assignment("01_demo"), path, hidden=True)
    assert (attempt.result.score, attempt.result.max_score, attempt.trouble) == (9, 9, "")
    assert attempt.submission == "alice.ipynb"
    assert attempt.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert attempt.cells[0].outputs[0]["text"] == "hello\n"
    assert attempt.duration > 0


def test_one_after_another_gives_what_each_gets_alone(course: DemoCourse, tmp_path: Path) -> None:
    """No state of one grading reaches the next."""
    assignment = Course(root=course.root).assignment("01_demo")
    good = write_notebook(tmp_path / "good.ipynb", SOLVED)
    bad = write_notebook(
        tmp_path / "bad.ipynb", ["def double(x):\n    import os\n    os._exit(1)", *SOLVED[1:]]
    )
    first, second, third = (grade_one(assignment, path).result for path in (good, bad, good))
    assert first == third
    assert second.score == 2


def test_memory_and_outputs_are_told_of_each_attempt(course: DemoCourse, tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "a.ipynb", ["kept = bytearray(b'x' * 200_000_000)\nprint('hello')", *SOLVED]
    )
    attempt = grade_one(Course(root=course.root).assignment("01_demo"), path)
    assert attempt.memory is not None
    assert 180_000_000 < attempt.memory < 1_000_000_000
    assert attempt.outputs == "[1]\nhello\n"


def test_the_surroundings_have_no_say(
    course: DemoCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither options of the environment nor what lies in the working folder or beside the course counts."""
    assert course.root.parent == tmp_path
    (tmp_path / "conftest.py").write_text("raise SystemExit('read')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k nothing_at_all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all")
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    assert grade_one(Course(root=course.root).assignment("01_demo"), path).result.score == 7
    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing_at_all"


def test_an_unreadable_submission_is_an_attempt_with_a_sentence(course: DemoCourse, tmp_path: Path) -> None:
    path = tmp_path / "empty.ipynb"
    path.touch()
    attempt = grade_one(Course(root=course.root).assignment("01_demo"), path)
    assert attempt.result.score == 0
    assert attempt.trouble == "The file is empty."


def test_broken_tests_charge_nobody(course: DemoCourse, tmp_path: Path) -> None:
    (course.folder / "test_demo.py").write_text("import no_such_module\n")
    attempt = grade_one(
        Course(root=course.root).assignment("01_demo"), write_notebook(tmp_path / "a.ipynb", SOLVED)
    )
    assert attempt.result.score is None
    assert attempt.result.inconclusive
    assert "01_demo" in attempt.trouble


def test_some_questions_alone_get_what_they_get_among_all(course: DemoCourse, tmp_path: Path) -> None:
    assignment = Course(root=course.root).assignment("01_demo")
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    whole = grade_one(assignment, path, hidden=True).result.questions
    some = grade_one(assignment, path, hidden=True, questions={"1.1", "1.10"}).result.questions
    assert [question.id for question in some] == ["1.1", "1.10"]
    assert some == tuple(question for question in whole if question.id in {"1.1", "1.10"})
