"""The numbers that checks feed to a student's code: odd multiples of 1/16, drawn as bytes.

They are exact in float32, never 0, at least 1/16 away from the kinks that teaching code has (0, 0.5, 1 ...),
and the simplest of them is 0.0625. A whole array costs Hypothesis one draw, and a byte string shrinks well.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = Literal["any", "positive", "large"]
"""``any``: ±0.0625 to ±3.9375. ``positive``: above 0. ``large``: at least 0.5625 from 0, for denominators."""

Array: TypeAlias = NDArray[np.float64]


def _table(values: Values) -> Array:
    """256 numbers, simplest first, each of them more than once and the small ones more often.

    A mask that is wrong only near 0 is wrong for few of the numbers; those have to come up.
    """
    magnitudes = np.arange(1, 64, 2) / 16
    if values == "large":
        magnitudes = magnitudes[magnitudes > 0.5]
    numbers = magnitudes if values == "positive" else np.stack([magnitudes, -magnitudes], axis=1).ravel()
    return np.concatenate([numbers, np.tile(numbers[:16], 5), np.tile(numbers, 8)])[:256]


_TABLES: dict[Values, Array] = {
    "any": _table("any"),
    "positive": _table("positive"),
    "large": _table("large"),
}

COTANGENTS = np.array([1.0, -1.0, 0.5, -0.5, 0.75, -0.75, 0.625, -0.625, 0.875, -0.875])
"""Upstream gradients: never all ones except where a counterexample shrinks to them."""

COTANGENT_BYTES = 11
"""A prime, so that no shape up to 10 columns sees the same numbers in every row."""


def numbers(raw: bytes, shape: tuple[int, ...], values: Values = "any", *, distinct: bool = False) -> Array:
    """The array that ``raw``, one byte per element, stands for."""
    table = _TABLES[values]
    flat = table[np.frombuffer(raw, dtype=np.uint8)[: int(np.prod(shape))]]
    return (_distinct(flat, table) if distinct else flat).reshape(shape)


def cotangent(raw: bytes, shape: tuple[int, ...]) -> Array:
    """An upstream gradient of ``shape`` from ``COTANGENT_BYTES`` bytes."""
    choices = COTANGENTS[np.frombuffer(raw, dtype=np.uint8) % len(COTANGENTS)]
    return np.resize(choices, shape).astype(np.float64)


def _distinct(flat: Array, table: Array) -> Array:
    """Replace what occurs twice by the simplest number that is still free."""
    free = list(dict.fromkeys(table.tolist()))
    used: set[float] = set()
    result = []
    for wanted in flat.tolist():
        number = wanted if wanted not in used else next(n for n in free if n not in used)
        used.add(number)
        result.append(number)
    return np.array(result)
