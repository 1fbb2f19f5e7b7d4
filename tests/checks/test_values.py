"""Returned values: shape, kind of number, finite, right."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.checks.inputs import arrays, broadcastable, matmul_pairs, reductions
from autograder.checks.values import example, values
from autograder.verdict import Verdict
from tests.checks.students import Node, Tensor


def relu_check(function, **options):
    return values(function, like=torch.relu, inputs=arrays(), **options)


RIGHT = {
    "array": lambda x: np.maximum(x, 0),
    "list": lambda x: np.maximum(x, 0).tolist(),
    "number": lambda x: max(0, float(x)) if x.ndim == 0 else np.maximum(x, 0),
    "tensor": lambda x: Tensor(x).relu(),
    "tensor with a method": lambda x: Node(x).relu(),
    "torch": lambda x: torch.relu(torch.tensor(x)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_values_pass_however_they_are_held(name):
    outcome = relu_check(RIGHT[name])
    assert outcome.passed, outcome


WRONG = {
    "value": (np.abs, "value-wrong"),
    "shape": (lambda x: np.maximum(x, 0)[None], "value-shape"),
    "size 1 instead of 0-d": (lambda x: np.atleast_1d(np.maximum(x, 0)), "value-shape"),
    "integers": (lambda x: np.maximum(x, 0).astype(int), "value-dtype"),
    "float32": (lambda x: np.maximum(x, 0).astype(np.float32), "value-dtype"),
    "inf": (lambda x: np.where(x > 0, x, np.inf), "value-not-finite"),
    "none": (lambda x: None, "value-unreadable"),
    "text": (lambda x: "0", "value-unreadable"),
    "a percent": (lambda x: np.where(x > 0, x, 0.01 * x), "value-wrong"),
    "only 3 dims": (lambda x: np.maximum(x, 0) + (x.ndim == 3), "value-wrong"),
    "only above 3": (lambda x: np.clip(x, 0, 3), "value-wrong"),
    "changed input": (lambda x: np.maximum(x, 0, out=x), "input-changed"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_fail_by_their_code(name):
    function, code = WRONG[name]
    outcome = relu_check(function)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome


def test_right_numbers_in_single_precision_are_called_so():
    def single(x):
        return np.exp(x.astype(np.float32))

    for function, code, told in [
        (single, "value-dtype", True),
        (lambda x: single(x).astype(np.float64), "value-precision", True),
        (lambda x: np.exp(x) + 1e-5, "value-wrong", False),
        (lambda x: np.round(np.exp(x)).astype(np.float32), "value-dtype", False),
    ]:
        outcome = values(function, like=torch.exp, inputs=arrays(), relative=1e-9)
        assert (outcome.code, "float64" in outcome.hint) == (code, told), outcome


def test_tensors_are_made_and_read():
    outcome = values(lambda a, b: a @ b, like=torch.matmul, inputs=matmul_pairs(), tensor=Tensor)
    assert outcome.passed


def test_plain_arguments_reach_both_sides():
    outcome = values(
        lambda x, axis, keep: x.sum(axis=axis, keepdims=keep),
        like=lambda x, axis, keep: torch.from_numpy(np.asarray(x.numpy().sum(axis=axis, keepdims=keep))),
        inputs=reductions(),
    )
    assert outcome.passed, outcome


def test_several_results_are_judged_one_by_one():
    outcome = values(
        lambda a, b: (a + b, a - b + (a.ndim == 1)),
        like=lambda a, b: (a + b, a - b),
        inputs=broadcastable(same_shape=True),
    )
    assert outcome.code == "value-wrong"
    assert outcome.expected.startswith("result[1] = ")


def test_a_missing_result_is_noticed():
    outcome = values(
        lambda a, b: (a + b,), like=lambda a, b: (a + b, a - b), inputs=broadcastable(same_shape=True)
    )
    assert (outcome.code, outcome.expected, outcome.got) == ("value-count", "2 results", "1 results")


def test_the_example_shows_the_call():
    outcome = values(np.abs, like=torch.relu, inputs=arrays(), call="relu(x)")
    assert outcome.example == "x = np.array(-0.0625)\nrelu(x)"
    assert (outcome.expected, outcome.got) == ("result = 0.0", "result = 0.0625")


def test_a_lambda_is_shown_as_its_expression():
    outcome = values(
        lambda x, axis, keep: -(x.sum(axis=axis, keepdims=keep) ** 2),
        like=lambda x, axis, keep: torch.from_numpy(np.asarray(x.numpy().sum(axis=axis, keepdims=keep))),
        inputs=reductions(),
        tensor=Tensor,
    )
    assert outcome.example == "x = Tensor(0.0625)\n-(x.sum(axis=None, keepdims=False) ** 2)"


def test_a_random_function_is_said_to_be_random():
    generator = np.random.default_rng(0)
    outcome = relu_check(lambda x: np.maximum(x, 0) + generator.standard_normal(x.shape))
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "not-deterministic")
    assert not any(character.isdigit() for character in outcome.got)


def test_warnings_of_an_answer_are_not_heard(recwarn):
    assert relu_check(np.log).code in ("value-wrong", "value-not-finite")
    assert not recwarn.list


def test_a_missing_return_is_asked_for() -> None:
    outcome = values(lambda x: None, like=torch.relu, inputs=arrays(), call="relu(x)")
    assert (outcome.code, outcome.got) == ("value-unreadable", "result = None")
    assert "return" in outcome.hint


def test_a_call_of_several_lines_assigns_only_the_last() -> None:
    shown = example(
        None, [np.ones(2), np.ones(1)], ["a", "y"], np.array, "c = a * y\nc + a", into="out", positions=[0]
    )
    assert shown == "a = array([1.0, 1.0])\ny = np.array([1.0])\nc = a * y\nout = c + a"
