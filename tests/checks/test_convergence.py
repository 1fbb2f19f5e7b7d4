"""Trained parameters are judged by the grader's own loss, whatever a student returns."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch

from autograder import CheckFailed, check
from autograder.checks.convergence import converged
from autograder.errors import StudentError
from autograder.grading.judge import judge as judge_error
from autograder.student import StudentProcess
from autograder.verdict import Verdict


class Tensor:
    def __init__(self, data) -> None:
        self.data = np.array(data)


def loss(slope, offset):
    """How far slope x + offset is from 2 x + 1, at two points."""
    x = np.array([[0.0, 1.0]])
    return np.mean((slope @ x + offset - (2 * x + 1)) ** 2)


def judge(parameters):
    return converged(parameters, loss=loss, names=["slope", "offset"], below=0.01, call="fit(x, y)")


@pytest.mark.parametrize("container", [list, tuple])
@pytest.mark.parametrize("wrap", [np.array, Tensor, torch.tensor])
def test_good_parameters_pass_in_any_form(container, wrap) -> None:
    outcome = judge(container([wrap([[2.0]]), wrap([[1.0]])]))
    assert outcome.passed
    assert outcome.evidence == {"target": 0.01, "loss": 0.0}


def test_a_loss_that_is_too_high_is_shown() -> None:
    outcome = judge([np.array([[2.0]]), np.array([[0.0]])])
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "loss-too-high")
    assert (outcome.expected, outcome.got) == ("a loss below 0.01", "1")


def test_a_second_call_has_to_give_the_same() -> None:
    good = [np.array([[2.0]]), np.array([[1.0]])]
    trained = [Tensor([[2.0]]), Tensor([[1.0]])]

    def goes_on():
        trained[0].data = trained[0].data + 0.05  # in the very tensor that was returned before
        return trained

    options = {"loss": loss, "names": ["slope", "offset"], "below": 0.01, "call": "fit(x, y)"}
    assert converged(good, again=lambda: [one + 1e-9 for one in good], **options).passed
    for parameters, again in [
        (good, lambda: [good[0], good[1] + 0.05]),
        (trained, goes_on),
        (good, lambda: None),
    ]:
        outcome = converged(parameters, again=again, **options)
        assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "not-deterministic"), outcome
        assert "each time" in outcome.message


def test_the_target_itself_is_not_reached() -> None:
    outcome = converged([], loss=lambda: 0.5, names=[], below=0.5)
    assert outcome.code == "loss-too-high"


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_training_that_diverged_is_called_so(number) -> None:
    outcome = judge([np.array([[number]]), np.array([[0.0]])])
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "loss-not-finite")
    assert "diverged" in outcome.message


@pytest.mark.parametrize(
    ("parameters", "code", "got"),
    [
        (None, "parameters-count", "None"),
        ({"slope": 1.0}, "parameters-count", "a dict"),
        ([np.ones((1, 1))], "parameters-count", "1 values"),
        ([np.ones((1, 1)), "one"], "parameters-unreadable", "a str"),
        ([np.ones((1, 1)), None], "parameters-unreadable", "None"),
        ([np.ones((2, 3)), np.ones((1, 1))], "parameters-shape", "slope (2, 3), offset (1, 1)"),
    ],
)
def test_what_has_no_loss_fails_with_the_reason(parameters, code, got) -> None:
    outcome = judge(parameters)
    assert (outcome.verdict, outcome.code, outcome.got) == (Verdict.FAIL, code, got)


def test_value_reads_an_array_of_the_right_shape() -> None:
    assert check.value(Tensor([1.0, 2.0]), shape=(2,)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("answer", "got"), [(np.ones(3), "an array of shape (3,)"), (None, "None")])
def test_value_says_what_it_got_instead(answer, got) -> None:
    with pytest.raises(CheckFailed) as failure:
        check.value(answer, shape=(2,), of="The slope")
    assert failure.value.outcome.got == got
    assert failure.value.outcome.message.startswith("The slope")


@pytest.mark.parametrize("answer", [np.array([1j, 0j]), np.array([True, False])])
def test_value_takes_real_numbers_only(answer) -> None:
    with pytest.raises(CheckFailed) as failure:
        check.value(answer, shape=(2,))
    assert failure.value.outcome.verdict is Verdict.FAIL


class Broken:
    @property
    def data(self):
        raise ValueError("too bad")


def test_an_answer_that_raises_when_it_is_read_is_the_students_error() -> None:
    with pytest.raises(StudentError) as failure:
        check.value(Broken(), shape=(2,))
    assert judge_error(failure.value).verdict is Verdict.ERROR


def test_parameters_too_large_for_any_network_are_refused_unmultiplied() -> None:
    wide = np.ones((1000, 1, 1, 1))
    outcome = converged([wide, np.ones((2**20, 1))], loss=None, names=["slope", "offset"], below=0.01)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "parameters-shape")


def test_small_numbers_of_which_there_are_many_are_refused_before_they_grow() -> None:
    """64 MiB of bytes may come back; as float64, twice, they would take a gigabyte of the grader."""
    many = np.ones(2**22, np.int8)
    tracemalloc.start()
    try:
        outcome = converged(
            [many] * 2, loss=loss, names=["slope", "offset"], below=0.01, again=lambda: [many] * 2
        )
        grown = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "parameters-shape")
    assert grown < 3 * many.nbytes


@pytest.mark.parametrize("result", ["Line(slope, offset)", "Parameters([slope, offset])", "endless()"])
def test_sequences_of_the_students_own_kind_are_read(result) -> None:
    notebook = f"""
import itertools
from collections import namedtuple
import numpy as np

Line = namedtuple("Line", "slope offset")
slope, offset = np.array([[2.0]]), np.array([[1.0]])

class Parameters(list):
    pass

def endless():
    return itertools.repeat(slope)

def fit():
    return {result}
"""
    with StudentProcess.spawn() as process:
        assert process.execute(1, notebook).error is None
        outcome = judge(process.student.fit())
    assert outcome.code == ("parameters-count" if result == "endless()" else "")


def test_numbers_of_another_kind_are_called_so() -> None:
    with pytest.raises(CheckFailed) as failed:
        check.value(np.array([True, False]), shape=(2,))
    outcome = failed.value.outcome
    assert (outcome.code, outcome.expected) == ("value-dtype", "numbers of dtype float64")
    assert outcome.got == "numbers of dtype bool"
