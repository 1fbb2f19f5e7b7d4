"""Calls of functions that live in a student process."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from autograder.checks.calling import Raised, ask_openly
from autograder.checks.gradients import gradients
from autograder.checks.inputs import arrays
from autograder.checks.reading import Unreadable, value_of
from autograder.checks.values import values
from autograder.student import Student, StudentProcess
from autograder.verdict import Verdict

CELL = """
import itertools
import sys
import numpy as np

def relu(x):
    x[x < 0] = 0
    return x

def relu_backward(x, upstream):
    upstream[x < 0] = 0
    return upstream

def fail(x):
    raise ValueError("too bad")

class Result:
    def __repr__(self):
        return f"<Result object at {hex(0x7f0000000000 + next(ticks))}>"

class MyArray(np.ndarray):
    pass

def relu_as_my_array(x):
    return np.maximum(x, 0).view(MyArray)

def relu_that_changes_its_mind(x):
    return np.maximum(x, 0) if next(calls) != 20 else x - 1

calls = itertools.count()
ticks = itertools.count()

def fail_differently(x):
    raise ValueError(next(ticks))

def fail_with_an_address(x):
    raise ValueError(f"bad input {Result()!r}")

def spoiler(trick):
    def spoil(x):
        exec(trick, globals(), {"x": x})
        return 1
    return spoil

def mark(x):
    x[...] = 7
    return Result()
"""


@pytest.fixture(scope="module")
def student() -> Iterator[Student]:
    with StudentProcess.spawn() as process:
        outcome = process.execute(1, CELL)
        assert outcome.error is None
        yield process.student


def test_a_function_that_changes_its_input_is_caught_across_processes(student: Student) -> None:
    outcome = values(student.relu, like=torch.relu, inputs=arrays())
    assert outcome.code == "input-changed"


def test_a_backward_that_changes_its_upstream_gradient_is_caught_across_processes(student: Student) -> None:
    outcome = gradients(None, like=torch.relu, backward=student.relu_backward, inputs=arrays())
    assert outcome.code == "upstream-changed"


def test_what_a_function_writes_shows_here_and_what_it_returns_stays_a_handle(student: Student) -> None:
    x = np.zeros(2)
    result = ask_openly(student.mark, x)
    assert repr(result) == "<Result of the student>"
    assert x.tolist() == [7, 7]


def test_an_object_of_the_student_is_called_by_its_own_class(student: Student) -> None:
    with pytest.raises(Unreadable, match=r"^a Result$"):
        value_of(student.mark(np.zeros(1)))


def test_an_exception_keeps_its_place(student: Student) -> None:
    with pytest.raises(Raised) as raised:
        ask_openly(student.fail, np.zeros(1))
    assert raised.value.where is not None
    assert raised.value.where.source == 'raise ValueError("too bad")'


@pytest.mark.parametrize(
    "trick",
    ["x.dtype = 'S8'", "x.dtype = 'complex64'", "sys._getframe(2).f_locals['args'][0] = 'abc'"],
)
def test_an_array_that_is_made_something_else_is_no_fault_of_the_grader(student: Student, trick: str) -> None:
    x = np.zeros(2)
    spoil = student.spoiler(trick)
    assert ask_openly(spoil, x) == 1
    assert x.tolist() == [0, 0]


def test_a_message_that_differs_each_time_does_not_make_an_exception_doubtful(student: Student) -> None:
    outcome = values(student.fail_differently, like=torch.relu, inputs=arrays())
    assert outcome.verdict is Verdict.ERROR
    outcome = values(student.fail_with_an_address, like=torch.relu, inputs=arrays())
    assert "bad input <Result object at 0x…>" in outcome.message


def test_an_array_of_a_class_of_the_students_own_is_an_array(student: Student) -> None:
    outcome = values(student.relu_as_my_array, like=torch.relu, inputs=arrays())
    assert outcome.verdict is Verdict.PASS, outcome.message


def test_code_that_is_wrong_once_in_a_while_is_wrong(student: Student) -> None:
    """Nobody gets to choose a verdict that only a person can settle."""
    outcome = values(student.relu_that_changes_its_mind, like=torch.relu, inputs=arrays())
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "not-deterministic")
