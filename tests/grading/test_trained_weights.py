"""A network trained elsewhere, or while it is graded: from the folder to the gradebook."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import save

from autograder.batch import Batch
from autograder.course import Course
from autograder.doctor.choice import Choice
from autograder.grading.gradebook import Gradebook
from autograder.grading.one import grade_one
from autograder.grading.submissions import find
from tests.demo import DemoCourse, write_notebook

if TYPE_CHECKING:
    from autograder.grading.attempt import Attempt

TESTS = '''
import numpy as np
import torch
from autograder import check, question

@question("1.1", points=2)
def test_weights(student, weights):
    """the network tells which of two numbers is larger"""
    x = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    network = student.make_network()
    check.load_weights(network, weights)
    check.accuracy(
        lambda x: student.predict(network, torch.tensor(x)),
        x,
        (x[:, 0] > x[:, 1]).astype(int),
        at_least=0.8,
        answers="logit",
    )
'''
CELLS = [
    "import torch",
    "def make_network():\n    return torch.nn.Linear(2, 1)",
    "def predict(network, x):\n    with torch.no_grad():\n        return network(x)[:, 0]",
]
TRAIN = """
def make_weights():
    torch.manual_seed(0)
    network = make_network()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    for _ in range(100):
        x = torch.randn(50, 2)
        loss = torch.nn.functional.soft_margin_loss(network(x)[:, 0], torch.sign(x[:, 0] - x[:, 1]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network
"""
RIGHT = save({"weight": np.array([[1, -1]], dtype=np.float32), "bias": np.zeros(1, dtype=np.float32)})
WRONG = save({"weight": np.array([[1, 1]], dtype=np.float32), "bias": np.zeros(1, dtype=np.float32)})


@pytest.fixture
def course(course: DemoCourse) -> DemoCourse:
    """One question about a network of two weights."""
    (course.folder / "test_demo.py").write_text(TESTS)
    settings(course)
    return course


def settings(course: DemoCourse, **more: object) -> None:
    course.settings(cell=60.0, call=60.0)
    file = course.folder / "assignment.toml"
    lines = [
        f"{name} = {value!r}"
        for name, value in ({"weights": "w.safetensors", "preload": ["torch"]} | more).items()
    ]
    file.write_text("\n".join([*lines, file.read_text()]))


def hand_in(folder: Path, name: str, cells: list[str], weights: bytes | None) -> Path:
    folder.mkdir(exist_ok=True)
    if weights is not None:
        (folder / f"{name}.safetensors").write_bytes(weights)
    return write_notebook(folder / f"{name}.ipynb", cells)


def graded(course: DemoCourse, path: Path) -> Attempt:
    return grade_one(Course(root=course.root).assignment("01_demo"), path)


def test_a_batch_judges_the_weights_beside_each_notebook(course: DemoCourse, tmp_path: Path) -> None:
    folder = tmp_path / "handed-in"
    hand_in(folder, "right", CELLS, RIGHT)
    hand_in(folder, "wrong", CELLS, WRONG)
    hand_in(folder, "damaged", CELLS, RIGHT[:-1])
    hand_in(folder, "none", CELLS, None)
    assignment = Course(root=course.root).assignment("01_demo")
    unlocked = Choice(strategy="none", label="none", missing=())
    with Batch(assignment, tmp_path / "out", hidden=False, isolation=unlocked) as batch:
        assert batch.grade(find(folder), jobs=2, report=lambda row: None)
    with Gradebook(tmp_path / "out" / "gradebook.db") as gradebook:
        entries = {name: gradebook.history(name)[-1] for name in ("right", "wrong", "damaged", "none")}
    codes = {name: entry.result.questions[0].outcome.code for name, entry in entries.items()}
    assert codes.pop("right") == ""
    assert codes.pop("wrong") in ("guessing", "accuracy-too-low")
    assert set(codes.values()) == {"weights-unreadable"}
    assert {name: entry.result.score for name, entry in entries.items()} == {
        "right": 2, "wrong": 0, "damaged": 0, "none": 0
    }  # fmt: skip
    assert {name: entry.weights_sha256 for name, entry in entries.items()} == {
        "right": hashlib.sha256(RIGHT).hexdigest(),
        "wrong": hashlib.sha256(WRONG).hexdigest(),
        "damaged": hashlib.sha256(RIGHT[:-1]).hexdigest(),
        "none": "",
    }


def test_the_hash_is_that_of_the_bytes_that_were_judged(course: DemoCourse, tmp_path: Path) -> None:
    """A notebook that changes the file while it is graded leaves no trace of other weights."""
    file = tmp_path / "eve.safetensors"
    attempt = graded(
        course, hand_in(tmp_path, "eve", [f"open({str(file)!r}, 'wb').write({WRONG!r})", *CELLS], RIGHT)
    )
    assert attempt.result.score == 2, attempt.result
    assert file.read_bytes() == WRONG
    assert attempt.weights_sha256 == hashlib.sha256(RIGHT).hexdigest()


def test_weights_that_no_question_came_to_ask_for_are_noted(course: DemoCourse, tmp_path: Path) -> None:
    attempt = graded(course, hand_in(tmp_path, "a", [], RIGHT))
    assert attempt.result.score == 0
    assert attempt.weights_sha256 == hashlib.sha256(RIGHT).hexdigest()


@pytest.mark.parametrize(("rate", "handed_in", "score"), [(0.5, WRONG, 2), (-0.5, RIGHT, 0)])
def test_retrained_weights_count_and_not_those_handed_in(
    course: DemoCourse, tmp_path: Path, rate: float, handed_in: bytes, score: int
) -> None:
    settings(course, retrain="make_weights")
    attempt = graded(course, hand_in(tmp_path, "a", [*CELLS, TRAIN.replace("RATE", str(rate))], handed_in))
    assert attempt.result.score == score, attempt.result
    assert attempt.weights_sha256 == ""


def test_a_training_that_raises_is_shown_at_its_line(course: DemoCourse, tmp_path: Path) -> None:
    settings(course, retrain="make_weights")
    cells = [*CELLS, "def make_weights():\n    return make_network(3)"]
    (question,) = graded(course, hand_in(tmp_path, "a", cells, RIGHT)).result.questions
    assert question.points == 0
    assert "TypeError" in question.outcome.message
    assert question.outcome.where is not None
    assert (question.outcome.where.cell, question.outcome.where.line) == (4, 2)
