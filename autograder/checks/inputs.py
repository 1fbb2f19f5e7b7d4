"""Hypothesis strategies for the inputs of checks: arrays off the kinks, in shapes that show mistakes.

Each strategy yields one argument or a tuple of arguments. Float arrays are what gradients are taken of;
everything else in a tuple (an axis, a shape, an index, labels) is handed on as it is. Shapes come from short
lists, simplest first, so that a hundred examples meet every kind of shape several times: 0-d, size 1, square,
not square.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from hypothesis import strategies as st

from autograder.checks.grid import Array, Values, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

Shape: TypeAlias = tuple[int, ...]

SHAPES: tuple[Shape, ...] = (
    (), (1,), (2,), (1, 1), (3,), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (1, 3), (3, 1), (3, 4), (4,),
    (1, 1, 1), (1, 2, 1), (2, 1, 3), (2, 3, 2), (3, 2, 4),
)  # fmt: skip
"""Shapes of a single array, simplest first."""

PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((), ()), ((1,), (1,)), ((2,), (2,)), ((2,), ()), ((), (2,)), ((2,), (1,)), ((1,), (2,)), ((), (1,)),
    ((1,), ()), ((2, 2), (2, 2)), ((1, 2), (2,)), ((2, 1), (2,)), ((2, 3), (3,)), ((3,), (2, 3)),
    ((2, 3), (2, 1)), ((2, 1), (2, 3)), ((2, 3), (1, 3)), ((1, 3), (2, 1)), ((2, 3), ()), ((), (2, 3)),
    ((2, 3), (1,)), ((2, 3), (1, 1)), ((2, 3), (2, 3)), ((2, 1, 3), (2, 1)), ((2, 3, 2), (3, 1)),
    ((2,), (3, 1, 2)),
)  # fmt: skip
"""Shapes of two arrays that broadcast, simplest first."""

PRODUCTS: tuple[tuple[Shape, Shape], ...] = tuple(
    ((n, k), (k, m))
    for n, k, m in [
        (1, 1, 1), (1, 2, 1), (2, 1, 1), (1, 1, 2), (2, 2, 2), (2, 1, 3), (1, 2, 3), (2, 3, 1), (2, 3, 4),
        (4, 3, 2), (3, 3, 3), (3, 1, 1), (1, 3, 3),
    ]
)  # fmt: skip
"""Shapes of two matrices that can be multiplied, simplest first."""

VECTOR_PRODUCTS: tuple[tuple[Shape, Shape], ...] = (
    ((2,), (2,)),
    ((2, 3), (3,)),
    ((2,), (2, 3)),
    ((3,), (3, 1)),
)
"""Matrix products with a 1-d array."""


def arrays(
    shape: Shape | None = None,
    *,
    shapes: Sequence[Shape] = SHAPES,
    min_dims: int = 0,
    max_dims: int = 3,
    values: Values = "any",
    distinct: bool = False,
) -> SearchStrategy[Array]:
    """Float64 arrays.

    Args:
        shape: the one shape wanted; otherwise all ``shapes`` with ``min_dims`` to ``max_dims`` dimensions.
        shapes: the shapes to draw from, simplest first.
        min_dims: smallest number of dimensions.
        max_dims: largest number of dimensions.
        values: see ``grid.Values``.
        distinct: no number occurs twice, as ``max`` needs it.
    """
    wanted = [shape] if shape is not None else [s for s in shapes if min_dims <= len(s) <= max_dims]
    return together([(s,) for s in wanted], values=values, distinct=distinct).map(_first)


def together(
    shapes: Sequence[Sequence[Shape]], *, values: Values | Sequence[Values] = "any", distinct: bool = False
) -> SearchStrategy[tuple[Array, ...]]:
    """Tuples of float64 arrays whose shapes belong together.

    Args:
        shapes: one tuple of shapes per kind of example, simplest first.
        values: for all arrays, or one for each.
        distinct: no number occurs twice within an array.
    """
    groups = [tuple(group) for group in shapes]
    count = len(groups[0])
    kinds = [values] * count if isinstance(values, str) else list(values)

    @st.composite
    def draw_together(draw: Callable[[SearchStrategy[Any]], Any]) -> tuple[Array, ...]:
        group = groups[draw(_up_to(len(groups) - 1))]
        return tuple(
            numbers(draw(_bytes(_size(shape))), shape, kind, distinct=distinct)
            for shape, kind in zip(group, kinds, strict=True)
        )

    return draw_together()


def broadcastable(
    count: int = 2, *, values: Values | Sequence[Values] = "any", same_shape: bool = False
) -> SearchStrategy[tuple[Array, ...]]:
    """Tuples of ``count`` arrays whose shapes broadcast together, or are equal."""
    if same_shape:
        return together([(shape,) * count for shape in SHAPES], values=values)
    if count == 2:
        return together(PAIRS, values=values)
    groups = [
        (a, *(b,) * (count - 2), a) if i % 2 else (a, b, *(b,) * (count - 2))
        for i, (a, b) in enumerate(PAIRS)
    ]
    return together(groups, values=values)


def matmul_pairs(*, vectors: bool = False) -> SearchStrategy[tuple[Array, ...]]:
    """Pairs for ``a @ b``: matrices, and with ``vectors`` also 1-d arrays."""
    return together(PRODUCTS + VECTOR_PRODUCTS if vectors else PRODUCTS)


def reductions(
    *, values: Values = "any", keepdims: bool = True, tuples: bool = True, distinct: bool = False
) -> SearchStrategy[tuple[Array, Any, Any]]:
    """``(array, axis, keepdims)``: axis is None, an int or, with ``tuples``, a tuple of ints."""

    def extend(array: Array, axis: int, keep: int) -> tuple[Array, Any, Any]:
        choices = _axes(array.ndim, tuples)
        return array, choices[axis % len(choices)], bool(keep)

    return st.builds(
        extend, arrays(values=values, distinct=distinct), _up_to(63), _up_to(1) if keepdims else st.just(0)
    )


def reshapes() -> SearchStrategy[tuple[Array, Any]]:
    """``(array, shape)`` for a reshape; some shapes have a -1."""

    def extend(array: Array, choice: int) -> tuple[Array, Any]:
        size = array.size
        choices: list[Shape] = [(size,), (-1,), (1, size), (size, 1), (-1, 1), array.shape[::-1]]
        choices += [(a, size // a) for a in (2, 3) if size % a == 0]
        return array, choices[choice % len(choices)]

    return st.builds(extend, arrays(), _up_to(31))


def transposes() -> SearchStrategy[tuple[Array, Any]]:
    """``(array, axes)`` for a transpose; axes is a tuple (some negative), or empty for all reversed."""

    def extend(array: Array, choice: int) -> tuple[Array, Any]:
        choices: list[Shape] = [(), *itertools.permutations(range(array.ndim))]
        if array.ndim:
            choices += [tuple(range(-1, -array.ndim - 1, -1)), (-1, *range(array.ndim - 1))]
        return array, choices[choice % len(choices)]

    return st.builds(extend, arrays(min_dims=1), _up_to(63))


def indices() -> SearchStrategy[tuple[Array, Any]]:
    """``(array, index)``: ints, slices, tuples of them, and lists in which a position can occur twice."""

    def extend(array: Array, choice: int) -> tuple[Array, Any]:
        last = len(array) - 1
        choices: list[Any] = [
            0,
            -1,
            slice(None),
            slice(1, None),
            slice(None, None, 2),
            [0, last],
            [0, 0, last],
        ]
        if array.ndim > 1:
            choices += [
                (0, 0),
                (slice(None), -1),
                (slice(None), [0, 0]),
                (0, slice(None)),
                ([0, last], [0, -1]),
            ]
        return array, choices[choice % len(choices)]

    return st.builds(extend, arrays(min_dims=1), _up_to(255))


def powers(exponents: Sequence[float] = (2, 3, -1, 1)) -> SearchStrategy[tuple[Array, Any]]:
    """``(array, exponent)``: positive numbers for fractions, numbers far from 0 for negative exponents."""

    def extend(raw: tuple[Array, ...], choice: int) -> tuple[Array, Any]:
        exponent = exponents[choice]
        kind = 2 if exponent != int(exponent) else 1 if exponent < 0 else 0
        return raw[kind], exponent

    kinds: list[Values] = ["any", "large", "positive"]
    return st.builds(extend, together([(s, s, s) for s in SHAPES], values=kinds), _up_to(len(exponents) - 1))


def classification(*, scale: float = 1.0) -> SearchStrategy[tuple[Array, Any]]:
    """``(logits, labels)``: logits of shape (n, classes) times ``scale``, labels int64 of shape (n,)."""
    shapes = [(1, 2), (2, 2), (1, 3), (3, 2), (2, 3), (4, 3), (5, 4)]

    def extend(logits: Array, raw: bytes) -> tuple[Array, Any]:
        labels = np.frombuffer(raw, dtype=np.uint8)[: logits.shape[0]].astype(np.int64) % logits.shape[1]
        return logits * scale, labels

    return st.builds(extend, arrays(shapes=shapes), _bytes(5))


def scalars(values: Values = "any") -> SearchStrategy[float]:
    """Plain Python floats: handed on, not differentiated."""
    return arrays((), values=values).map(float)


def _first(group: tuple[Array, ...]) -> Array:
    return group[0]


def _axes(dims: int, tuples: bool) -> list[Any]:
    choices: list[Any] = [None, *range(dims), *range(-dims, 0), *range(-dims, 0)]
    if tuples and dims > 1:
        choices += [(0, 1), (-1, 0), tuple(range(dims))]
    return choices


def _size(shape: Shape) -> int:
    size = 1
    for side in shape:
        size *= side
    return size


def _up_to(last: int) -> SearchStrategy[int]:
    return st.integers(0, last)


def _bytes(count: int) -> SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)
