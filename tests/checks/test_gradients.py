"""Right code passes, wrong code fails with the smallest example and the mistake's name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from autograder.checks.gradients import gradients
from autograder.checks.inputs import (
    arrays,
    broadcastable,
    classification,
    indices,
    matmul_pairs,
    powers,
    reductions,
    reshapes,
    transposes,
)
from autograder.errors import InfrastructureError, StudentError, StudentStopped, UsageError
from autograder.verdict import Verdict, Where
from tests.checks import students
from tests.checks.students import Tensor


def relu(x):
    return np.maximum(x, 0)


def relu_check(backward, function=relu, **options):
    return gradients(function, like=torch.relu, inputs=arrays(), backward=backward, **options)


def product(tensor, **options):
    return gradients(lambda a, b: a * b, like=torch.mul, inputs=broadcastable(), tensor=tensor, **options)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(z, upstream):
    p = softmax(z)
    return p * (upstream - (upstream * p).sum(axis=-1, keepdims=True))


RIGHT_RELU = {
    "strict": lambda x, v: v * (x > 0),
    "at 0 too": lambda x, v: v * (x >= 0),
    "half at 0": lambda x, v: v * np.where(x > 0, 1.0, np.where(x == 0, 0.5, 0.0)),
    "sign": lambda x, v: v * (np.sign(x) + 1) / 2,
    "written into a copy": lambda x, v: np.where(x > 0, v, 0.0),
    "loops and lists": lambda x, v: np.array(
        [u if e > 0 else 0.0 for e, u in zip(x.flat, v.flat, strict=True)]
    ).reshape(x.shape),
}


@pytest.mark.parametrize("name", RIGHT_RELU)
def test_right_ways_to_write_relu_backward_pass(name):
    outcome = relu_check(RIGHT_RELU[name])
    assert outcome.passed, outcome
    assert outcome.evidence["examples"] == 100


RIGHT_FORWARDS = {
    "maximum": relu,
    "abs": lambda x: (x + np.abs(x)) / 2,
    "mask": lambda x: x * (x > 0),
    "python ints": lambda x: np.where(x > 0, x, 0),
    "scalars": lambda x: max(0, float(x)) if x.ndim == 0 else np.maximum(0, x),
}


@pytest.mark.parametrize("name", RIGHT_FORWARDS)
def test_right_ways_to_write_relu_pass(name):
    assert relu_check(RIGHT_RELU["strict"], RIGHT_FORWARDS[name]).passed


def tanh_by_exp(x):
    return (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)


RIGHT_PAIRS = {
    "tanh by exp": (tanh_by_exp, lambda x, v: v * (1 - tanh_by_exp(x) ** 2), torch.tanh, arrays()),
    "tanh by cosh": (np.tanh, lambda x, v: v / np.cosh(x) ** 2, torch.tanh, arrays()),
    "softmax": (softmax, softmax_backward, lambda z: torch.softmax(z, -1), arrays(min_dims=1)),
    "max": (
        lambda x: x.max(),
        lambda x, v: v * (x == x.max()) / (x == x.max()).sum(),
        torch.max,
        arrays(distinct=True),
    ),
    "zero argument gradient": (
        lambda x, y: x * y**0,
        lambda x, y, v: (v, np.zeros_like(y)),
        lambda x, y: x * y**0,
        broadcastable(same_shape=True),
    ),
    "logarithm with a tiny constant": (
        lambda x: np.log(x + 1e-12), lambda x, v: v / (x + 1e-12), torch.log, arrays(values="positive"),
    ),
    "gradients of a list": (
        lambda a, b: a - b, lambda a, b, v: [v, -v], torch.sub, broadcastable(same_shape=True)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT_PAIRS)
def test_other_right_pairs_pass(name):
    function, backward, like, inputs = RIGHT_PAIRS[name]
    assert gradients(function, backward=backward, like=like, inputs=inputs).passed


RIGHT_TENSORS = {
    "product": (lambda a, b: a * b, torch.mul, broadcastable()),
    "quotient": (lambda a, b: a / b, torch.div, broadcastable(values=["any", "large"])),
    "matmul": (lambda a, b: a @ b, torch.matmul, matmul_pairs()),
    "sum": (
        lambda x, axis, keep: x.sum(axis=axis, keepdims=keep),
        lambda x, axis, keep: torch.sum(x, dim=axis if axis != () else None, keepdim=keep) if axis is not None
        else (x.sum() if not keep else x.sum().reshape((1,) * x.ndim)),
        reductions(),
    ),
    "reshape": (lambda x, shape: x.reshape(shape), lambda x, shape: x.reshape(shape), reshapes()),
    "transpose": (
        lambda x, axes: x.transpose(*axes),
        lambda x, axes: x.permute(*(axes or reversed(range(x.ndim)))),
        transposes(),
    ),
    "index": (lambda x, i: x[i], lambda x, i: x[i], indices()),
    "power": (lambda x, n: x**n, lambda x, n: x**n, powers((2, 3, -1, 0.5))),
    "scalar on the left": (lambda x: 2 - 3 / x, lambda x: 2 - 3 / x, arrays(values="large")),
    "value used twice": (lambda x: x * x + x, lambda x: x * x + x, arrays()),
    "cross entropy": (
        lambda z, t: -(z - (z.exp().sum(axis=1, keepdims=True)).log())[np.arange(len(t)), t].mean(),
        torch.nn.functional.cross_entropy,
        classification(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT_TENSORS)
def test_a_right_tensor_passes(name):
    function, like, inputs = RIGHT_TENSORS[name]
    outcome = gradients(function, like=like, inputs=inputs, tensor=Tensor, accumulates=True)
    assert outcome.passed, outcome


@pytest.mark.parametrize("function", [lambda a, b: a * b + a, lambda a, b: (a + b).relu() * b])
def test_a_tensor_with_other_names_passes(function):
    assert gradients(function, like=function, inputs=broadcastable(), tensor=students.Node).passed


def test_a_torch_tensor_passes():
    outcome = gradients(
        lambda x: x.tanh(),
        like=torch.tanh,
        inputs=arrays(),
        tensor=lambda a: torch.tensor(a, requires_grad=True),
        start=lambda out, v: out.backward(torch.tensor(v)),
    )
    assert outcome.passed, outcome


def mutating(x, v):
    v *= x > 0
    return v


def input_changing(x, v):
    x[...] = x > 0
    return v * x


GENERATOR = np.random.default_rng(0)


def random_backward(x, v):
    return v * (x > 0) + 1e-3 * GENERATOR.standard_normal(x.shape)


def only_scalars(x, v):
    if x.ndim == 0:
        raise ValueError("no arrays of no dimensions")
    return v * (x > 0)


WRONG_RELU = {
    "sign": (lambda x, v: -v * (x > 0), "gradient-sign"),
    "zero": (lambda x, v: np.zeros_like(x), "gradient-zero"),
    "factor": (lambda x, v: 2 * v * (x > 0), "gradient-factor"),
    "a thousandth off": (lambda x, v: 0.999 * v * (x > 0), "gradient-factor"),
    "upstream ignored": (lambda x, v: (x > 0) * 1.0, "gradient-upstream"),
    "mask at one half": (lambda x, v: v * (x > 0.5), "gradient-mask"),
    "mask at 0.1": (lambda x, v: v * (x > 0.1), "gradient-mask"),
    "mask inverted": (lambda x, v: v * (x < 0), "gradient-mask"),
    "mask missing": (lambda x, v: v, "gradient-mask"),
    "leak of one percent": (lambda x, v: v * np.where(x > 0, 1, 0.01), "gradient-mask"),
    "mask on the wrong side of minus one": (lambda x, v: v * (x > -1), "gradient-mask"),
    "shape": (lambda x, v: np.sum(v * (x > 0)), "gradient-shape"),
    "one more axis": (lambda x, v: (v * (x > 0))[None], "gradient-shape"),
    "divided by size": (lambda x, v: v * (x > 0) / x.size, "gradient-factor"),
    "relu itself": (lambda x, v: v * np.maximum(x, 0), "gradient-wrong"),
    "integers": (lambda x, v: (v * (x > 0)).astype(int), "gradient-dtype"),
    "booleans": (lambda x, v: x > 0, "gradient-dtype"),
    "nan": (lambda x, v: v * x / np.where(x > 0, x, 0) * (x > 0), "gradient-not-finite"),
    "nothing": (lambda x, v: None, "gradient-missing"),
    "a word": (lambda x, v: "positive", "gradient-unreadable"),
    "upstream changed": (mutating, "upstream-changed"),
    "input changed": (input_changing, "input-changed"),
    "random": (random_backward, "not-deterministic"),
    "only for 0-d wrong": (lambda x, v: v * (x > 0) * (2 if x.ndim == 0 else 1), "gradient-factor"),
    "only for size 1 wrong": (lambda x, v: v * (x > 0) * (-1 if x.shape == (1,) else 1), "gradient-sign"),
    "only for 3 dims wrong": (lambda x, v: v * (x > 0) * (x.ndim < 3), "gradient-zero"),
    "only not square wrong": (
        lambda x, v: (v * (x > 0)).T.reshape(x.shape) if len(set(x.shape)) > 1 else v * (x > 0),
        "gradient-wrong",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RELU)
def test_wrong_relu_backward_fails_with_its_mistake(name):
    backward, code = WRONG_RELU[name]
    outcome = relu_check(backward)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome
    assert outcome.message
    assert "upstream" in outcome.example


WRONG_TENSORS = {
    "overwritten": (students.Overwriting, product, "gradient-overwritten"),
    "not summed": (students.NotSummed, product, "gradient-not-summed"),
    "mean": (students.Averaged, product, "gradient-mean"),
    "squeezed": (students.Squeezed, product, "gradient-shape"),
    "upstream ignored": (students.IgnoringUpstream, product, "gradient-upstream"),
    "missing": (students.Forgetful, product, "gradient-missing"),
    "float32": (students.SinglePrecision, product, "gradient-dtype"),
    "other argument": (students.SwappedProduct, product, "gradient-other-argument"),
    "second pass resets": (
        students.Resetting, lambda t: product(t, accumulates=True), "gradient-not-accumulated"
    ),
    "negative axis": (
        students.NegativeAxis,
        lambda t: gradients(
            lambda x, axis, keep: x.sum(axis=axis, keepdims=keep),
            like=lambda x, axis, keep: x.sum(dim=axis, keepdim=keep) if axis is not None else x.sum(),
            inputs=reductions().filter(lambda e: e[1] is not None),
            tensor=t,
        ),
        "gradient-factor",
    ),
    "repeated index": (
        students.RepeatsLost,
        lambda t: gradients(lambda x, i: x[i], like=lambda x, i: x[i], inputs=indices(), tensor=t),
        "gradient-wrong",
    ),
    "tanh of the output": (
        students.TanhOfTheOutput,
        lambda t: gradients(lambda x: x.tanh(), like=torch.tanh, inputs=arrays(), tensor=t),
        "gradient-wrong",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_TENSORS)
def test_wrong_tensors_fail_with_their_mistake(name):
    tensor, check, code = WRONG_TENSORS[name]
    outcome = check(tensor)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome
    assert "backward(" in outcome.example


def test_a_transposed_matmul_gradient_is_named():
    class NoChecks(students.TransposedMatmul):
        unbroadcast = staticmethod(lambda gradient, shape: gradient)

    outcome = gradients(lambda a, b: a @ b, like=torch.matmul, inputs=matmul_pairs(), tensor=NoChecks)
    assert outcome.code == "gradient-transposed", outcome


def test_a_mistake_is_not_named_after_one_ambiguous_example():
    """At x = 0.0625 this slope is 8.5 times the right one, elsewhere it is not."""
    outcome = gradients(
        lambda x: x * x, backward=lambda x, v: v * (x + 1), like=lambda x: x * x, inputs=arrays()
    )
    assert outcome.code == "gradient-wrong"


def test_the_counterexample_is_the_smallest():
    outcome = relu_check(
        lambda x, v: v * (x > 0.5), call="relu(x)", backward_call="relu_backward(x, upstream)"
    )
    assert outcome.example == "x = np.array(0.0625)\nupstream = np.array(1.0)\nrelu_backward(x, upstream)"
    assert (outcome.expected, outcome.got) == ("dx = 1.0", "dx = 0.0")
    assert "from 0.0625 to 0.4375" in outcome.message
    assert "forward pass is right" in outcome.message


def test_the_counterexample_of_a_broadcast_mistake_is_the_smallest():
    outcome = product(students.NotSummed)
    assert outcome.example.splitlines() == [
        "a = NotSummed([0.0625, 0.0625])",
        "b = NotSummed(0.0625)",
        "out = a * b",
        "out.backward(np.array([1.0, 1.0]))",
        "b.grad",
    ]
    assert outcome.got == "b.grad = [0.0625, 0.0625] with shape (2,)"


def test_the_example_can_be_pasted():
    outcome = product(students.Averaged)
    space = {"np": np, "Averaged": students.Averaged}
    *lines, last = outcome.example.splitlines()
    exec("\n".join(lines), space)
    assert f"{last} = {eval(last, space)}" == outcome.got


def test_a_wrong_forward_pass_is_said_to_be_wrong():
    outcome = relu_check(RIGHT_RELU["strict"], function=np.abs)
    assert outcome.code == "value-wrong"
    assert "forward pass has to be right first" in outcome.message
    assert outcome.example == "x = np.array(-0.0625)\nabsolute(x)"
    outcome = gradients(lambda x: -x, like=torch.relu, inputs=arrays(), tensor=Tensor)
    assert outcome.example == "x = Tensor(0.0625)\nout = -x\nout"


def test_an_exception_is_an_error_with_the_smallest_example():
    outcome = relu_check(only_scalars)
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "raised")
    assert "ValueError: no arrays of no dimensions" in outcome.message
    assert outcome.example.startswith("x = np.array(0.0625)\n")


def test_a_student_error_brings_its_place():
    where = Where(cell=3, line=2, source="return 1 / 0")

    def backward(x, v):
        if x.size > 2:
            raise StudentError("ZeroDivisionError", "division by zero", where=where)
        return v * (x > 0)

    outcome = relu_check(backward)
    assert (outcome.verdict, outcome.where) == (Verdict.ERROR, where)
    assert "x = np.array([0.0625, 0.0625, 0.0625])" in outcome.example


@pytest.mark.parametrize(
    "error",
    [
        NotImplementedError("write me"),
        StudentError("NotImplementedError", "write me"),
        StudentError("NameError", "relu", kind="missing"),
        StudentStopped("timeout-call", "too slow"),
        InfrastructureError("no disk"),
        KeyboardInterrupt(),
    ],
)
def test_what_the_caller_has_to_know_leaves_unchanged(error):
    def backward(x, v):
        raise error

    with pytest.raises(type(error)) as caught:
        relu_check(backward)
    assert caught.value is error


def test_a_mistake_of_the_author_is_not_blamed_on_the_student():
    def like(x):
        raise LookupError("no such oracle")

    with pytest.raises(LookupError, match="no such oracle"):
        gradients(relu, like=like, inputs=arrays(), backward=RIGHT_RELU["strict"])
    with pytest.raises(ZeroDivisionError):
        gradients(relu, like=torch.relu, inputs=arrays().map(lambda x: 1 / 0), backward=RIGHT_RELU["strict"])


def test_both_or_neither_way_to_write_gradients_is_a_usage_error():
    with pytest.raises(UsageError):
        gradients(relu, like=torch.relu, inputs=arrays())
    with pytest.raises(UsageError):
        gradients(relu, like=torch.relu, inputs=arrays(), tensor=Tensor, backward=RIGHT_RELU["strict"])


def test_any_subgradient_is_accepted_at_a_kink():
    """At 0 torch says 0 and this student says 1: both are slopes of relu there."""
    outcome = gradients(
        relu, like=torch.relu, inputs=st.just(np.zeros(2)), backward=lambda x, v: v * (x >= 0), examples=20
    )
    assert (outcome.verdict, outcome.code) == (Verdict.INCONCLUSIVE, "too-few-points")


def test_kinks_that_cancel_are_not_judged():
    """relu(x) - relu(-x) is x, and yet torch says its slope at 0 is 0."""

    def like(x):
        return torch.relu(x) - torch.relu(-x)

    outcome = gradients(
        lambda x: x, like=like, inputs=st.just(np.zeros(2)), backward=lambda x, v: v, examples=20
    )
    assert outcome.verdict is Verdict.INCONCLUSIVE


def test_a_gradient_that_is_always_zero_judges_nothing():
    outcome = gradients(np.sign, like=torch.sign, inputs=arrays(), backward=lambda x, v: 0 * v)
    assert (outcome.verdict, outcome.code) == (Verdict.INCONCLUSIVE, "nothing-to-judge")


def test_what_is_out_of_time_is_inconclusive():
    outcome = relu_check(RIGHT_RELU["strict"], seconds=0.0)
    assert (outcome.verdict, outcome.code) == (Verdict.INCONCLUSIVE, "out-of-time")


def test_arguments_can_be_left_out_of_the_differentiation():
    outcome = gradients(
        lambda p, y: ((p - y) ** 2).mean(),
        like=lambda p, y: ((p - y) ** 2).mean(),
        inputs=broadcastable(same_shape=True),
        tensor=Tensor,
        wrt=[0],
    )
    assert outcome.passed, outcome


def test_backward_without_argument_can_be_judged():
    outcome = gradients(
        lambda a, b: a * b,
        like=torch.mul,
        inputs=broadcastable(),
        tensor=Tensor,
        upstream=np.ones,
        start=lambda out, _: out.backward(),
    )
    assert outcome.passed


def test_sharing_can_be_left_to_another_question():
    assert product(students.Overwriting, shared=False).passed


def test_evidence_is_plain_data():
    evidence = relu_check(lambda x, v: -v * (x > 0)).evidence
    assert set(evidence) == {"examples", "failing", "seed", "worst_error", "tolerance", "diagnosis"}
    assert all(type(value) in (int, float, str) for value in evidence.values())


@pytest.mark.parametrize(
    "strange",
    [
        lambda x, up: np.full(np.shape(x), 1.7e308),
        lambda x, up: np.full(np.shape(x), -np.inf),
        lambda x, up: np.asarray(x) * 1j,
        lambda x, up: 1j,
        lambda x, up: np.asarray(x) > 0,
        lambda x, up: np.asarray(x).astype(np.float16),
        lambda x, up: np.asarray(x).astype(np.int8),
        lambda x, up: 10**400,
        lambda x, up: "text",
        lambda x, up: {"a": x},
        lambda x, up: [[]],
    ],
)
def test_strange_answers_are_wrong_answers(strange: Callable[..., object]) -> None:
    """What is hard to explain or to print is the student's mistake, not the grader's."""
    outcome = gradients(None, like=torch.relu, backward=strange, inputs=arrays(), examples=20)
    assert outcome.verdict in (Verdict.FAIL, Verdict.ERROR)
    assert outcome.message


def test_a_factor_is_not_guessed_from_one_number():
    """Two examples of one number each would have a factor each; where there is one, any factor fits."""
    outcome = gradients(
        None,
        like=lambda x: x * x,
        inputs=st.just(np.array(0.3125)),
        backward=lambda x, v: 249.1 * v,
        examples=1,
    )
    assert outcome.code == "gradient-wrong"
