"""The small parts: numbers, code, reading, the ladder."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from autograder.checks import inputs, render
from autograder.checks.grid import COTANGENTS, cotangent, numbers
from autograder.checks.ladder import is_smooth, slope
from autograder.checks.oracle import Oracle
from autograder.checks.reading import Reader, Unreadable, gradient_of, value_of
from autograder.checks.search import search
from tests.checks.students import Node, Tensor


def drawn(strategy, examples=200):
    seen = []
    search(strategy, seen.append, examples=examples, seed=0)
    return seen


def test_numbers_lie_off_the_kinks():
    values = np.unique(numbers(bytes(range(256)), (256,)))
    assert np.all((values * 16) % 2 == 1)
    assert (values.min(), values.max()) == (-3.9375, 3.9375)
    assert np.all(numbers(bytes(range(256)), (256,), "positive") > 0)
    assert np.abs(numbers(bytes(range(256)), (256,), "large")).min() == 0.5625


def test_the_simplest_number_is_a_sixteenth():
    assert numbers(bytes(1), ()) == 0.0625


def test_distinct_numbers_are_distinct():
    assert len(set(numbers(bytes(24), (24,), distinct=True).tolist())) == 24


def test_upstream_gradients_are_not_ones():
    assert set(cotangent(bytes(range(11)), (11,))) == set(COTANGENTS)
    assert cotangent(bytes(11), ()).shape == ()


@pytest.mark.parametrize(
    ("strategy", "shapes"),
    [
        (inputs.arrays(), {(), (1,), (1, 1), (2, 2), (2, 3), (2, 1, 3)}),
        (inputs.arrays(min_dims=2, max_dims=2), {(1, 1), (2, 2), (3, 1)}),
        (inputs.arrays((4, 2)), {(4, 2)}),
    ],
)
def test_every_kind_of_shape_comes_up(strategy, shapes):
    assert shapes <= {x.shape for x in drawn(strategy, 100)}


def test_broadcast_pairs_stretch_either_side():
    pairs = {tuple(x.shape for x in pair) for pair in drawn(inputs.broadcastable())}
    assert {((), (2, 3)), ((2, 3), ()), ((2, 3), (2, 1)), ((2, 1), (2, 3)), ((), ())} <= pairs
    for pair in drawn(inputs.broadcastable(3), 50):
        np.broadcast_shapes(*(x.shape for x in pair))


def test_strategies_yield_what_numpy_accepts():
    for x, axis, keepdims in drawn(inputs.reductions()):
        x.sum(axis=axis, keepdims=keepdims)
    for x, shape in drawn(inputs.reshapes()):
        x.reshape(shape)
    for x, axes in drawn(inputs.transposes()):
        x.transpose(*axes)
    for x, index in drawn(inputs.indices()):
        assert x[index] is not None
    for x, n in drawn(inputs.powers((2, 3, -1, 0.5))):
        assert np.all(np.isfinite(x ** float(n)))
    for logits, labels in drawn(inputs.classification()):
        assert labels.shape == logits.shape[:1]
        assert labels.max() < logits.shape[1]
    for a, b in drawn(inputs.matmul_pairs(vectors=True)):
        assert (a @ b) is not None
    assert all(type(n) is float for n in drawn(inputs.scalars(), 10))


def test_negative_axes_and_tuples_of_axes_come_up():
    axes = {axis for _, axis, _ in drawn(inputs.reductions())}
    assert {None, 0, -1, -2, (0, 1)} <= axes


def test_strategies_combine_with_those_of_hypothesis():
    for a, n in drawn(st.tuples(inputs.arrays((2,)), st.sampled_from([1, 2])), 10):
        assert a.shape == (2,)
        assert n in (1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0625, "0.0625"), (-1.0, "-1.0"), (1 / 3, "0.333333"), (1e-12, "1e-12"),
        (123456789.0, "1.23457e+08"),
        (np.float64(2), "2.0"), (3, "3"), (True, "True"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_numbers_are_short(value, text):
    assert render.number(value) == text


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b: a @ b, "a @ b"),
        (lambda a, b: (a + b).relu() * b, "(a + b).relu() * b"),
        (lambda a, b: 2 - a / -1.5, "2 - (a / (-1.5))"),
        (lambda a, b: a[0, 1:, ::2].T, "a[0, 1:, ::2].T"),
        (lambda a, b: -a.sum(axis=-1), "-a.sum(axis=-1)"),
        (lambda a, b: np.exp(a), "f(a, b)"),
    ],
)
def test_lambdas_are_written_as_expressions(function, text):
    assert render.call(function, ["a", "b"], [np.ones(2), np.ones(2)]) == text


def test_long_arrays_are_cut():
    assert len(render.array(np.zeros(1000))) < 500


class Slots:
    def __init__(self, **names):
        self.__dict__.update(names)


@pytest.mark.parametrize(
    "thing",
    [
        np.array([1.0, 2.0]), [1.0, 2.0], (1, 2.0), torch.tensor([1.0, 2.0], requires_grad=True),
        Tensor([1.0, 2.0]),
        Node([1.0, 2.0]),
        Slots(val=np.array([1.0, 2.0])), Slots(value=lambda: [1.0, 2.0]),
        Slots(data=Slots(array=[1.0, 2.0])), Slots(data=torch.tensor([1.0, 2.0], requires_grad=True)),
        np.array([1.0, 2.0]).view(np.recarray),
    ],
)  # fmt: skip
def test_values_are_read_from_anything_that_holds_one(thing):
    value = value_of(thing)
    assert type(value) is np.ndarray
    assert value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "thing", [None, "1.0", b"1", {"data": 1.0}, object(), [[1.0], [1.0, 2.0]], Slots(data="x")]
)
def test_what_holds_no_value_is_unreadable(thing):
    with pytest.raises(Unreadable):
        value_of(thing)


def test_gradients_are_read_under_several_names():
    assert gradient_of(Slots(grad=[1.0])).tolist() == [1.0]
    assert gradient_of(Slots(gradient=lambda: Tensor([1.0]))).tolist() == [1.0]
    assert gradient_of(Slots(grad=None)) is None
    assert gradient_of(Slots()) is None


def test_a_reader_asks_first_for_what_it_found_last():
    class Counting:
        asked: list = []  # noqa: RUF012 - shared on purpose

        def __getattr__(self, name):
            Counting.asked.append(name)
            if name == "array":
                return np.ones(1)
            raise AttributeError(name)

    reader = Reader()
    reader.value_of(Counting())
    Counting.asked.clear()
    reader.value_of(Counting())
    assert Counting.asked == ["array"]


def test_the_ladder_finds_slopes():
    found = slope(lambda t: np.array([np.sin(1 + t), (2 + t) ** 3]), np.array([1.0, -0.5]))
    assert found.agrees(np.cos(1) - 0.5 * 3 * 4)
    assert not found.agrees(np.cos(1) - 0.5 * 3 * 4 + 1e-4)
    assert found.bar < 1e-8


@pytest.mark.parametrize(
    "along",
    [
        lambda t: np.array([abs(t)]),
        lambda t: np.array([abs(t), -abs(t)]),
        lambda t: np.array([max(0.0, t - 1 / 500)]),
        lambda t: np.array([np.sqrt(t)]),
    ],
)
def test_the_ladder_refuses_kinks(along):
    with np.errstate(invalid="ignore"):
        assert slope(along, np.ones(along(0.0).shape)) is None


def test_points_on_kinks_of_the_oracle_are_not_smooth():
    cancelling = Oracle(lambda x: torch.relu(x) - torch.relu(-x))
    assert not is_smooth(cancelling, [np.zeros(2)], np.ones)
    assert is_smooth(cancelling, [np.ones(2)], np.ones)
    assert not is_smooth(Oracle(torch.relu), [np.array([1.0, 0.0])], np.ones)


def test_an_array_is_drawn_at_the_cost_of_what_is_shown():
    assert render.array(np.empty((10**9, 0))).startswith("[[], [], ")
    assert len(render.array(np.zeros((3, 4_000_000)))) < 500


def test_long_texts_are_not_made_an_array():
    with pytest.raises(Unreadable):
        value_of(["a" * 2**20] + [""] * 10**6)
