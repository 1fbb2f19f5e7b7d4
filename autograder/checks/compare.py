"""Hold one array against the right one: shape and dtype exactly, numbers within a derived tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]

RELATIVE = 1e-6
"""Room for another but sound way to compute, e.g. a tiny constant inside a logarithm."""
ABSOLUTE = 1e-12
"""Room for rounding where the right number is 0 because large terms cancel."""
SINGLE = 1e-5
"""How far off, relative to the largest, numbers are that were computed in single precision."""
SINGLE_HINT = (
    "All numbers here are float64. Give what you make yourself the dtype of what you are given, as in "
    "zeros(3, dtype=x.dtype)."
)
TIMES_FLOAT32 = 30
"""How many times the float32 rounding of the oracle, scaled to float64, an answer may be off."""


def tolerance(expected: Array, rounding: Array | None = None, relative: float = RELATIVE) -> Array:
    """How far each element may be off.

    Args:
        expected: the right numbers.
        rounding: how far the oracle's own float32 run is off; None if it was not run.
        relative: room relative to each element.
    """
    scale = np.max(np.abs(expected), initial=0.0)
    room: Array = relative * np.abs(expected) + relative * 1e-3 * scale + ABSOLUTE
    if rounding is not None:
        room = room + TIMES_FLOAT32 * rounding * np.finfo(np.float64).eps / np.finfo(np.float32).eps
    return room


def compare(
    got: Array,
    expected: Array,
    *,
    prefix: str,
    subject: str,
    rounding: Callable[[], Array | None] = lambda: None,
    relative: float = RELATIVE,
) -> Finding | None:
    """What is wrong with ``got``, or None.

    Args:
        got: the student's array.
        expected: the right one.
        prefix: start of the finding's code, e.g. ``gradient-`` for ``gradient-shape``.
        subject: what is compared, in the student's words.
        rounding: asked only where the numbers differ: how far the oracle's float32 run is off.
        relative: see ``tolerance``.
    """

    def objection(
        kind: str, wanted: str, seen: str, error: float = float("inf"), room: float = 0.0, hint: str = ""
    ) -> Finding:
        return Finding(
            code=prefix + kind,
            subject=subject,
            expected=wanted,
            got=seen,
            error=error,
            tolerance=room,
            hint=hint,
        )

    if got.shape != expected.shape:
        return objection(
            "shape",
            f"{render.array(expected)} with {render.shape(expected)}",
            f"{render.array(got)} with {render.shape(got)}",
        )
    if got.dtype.kind != expected.dtype.kind or got.dtype.itemsize < expected.dtype.itemsize:
        return objection(
            "dtype",
            f"numbers of dtype {expected.dtype}",
            f"numbers of dtype {got.dtype}",
            hint=SINGLE_HINT if _single(got, expected) else "",
        )
    if expected.dtype.kind != "f":
        return (
            None
            if np.array_equal(got, expected)
            else objection("wrong", render.array(expected), render.array(got))
        )
    if not np.all(np.isfinite(got)):
        return objection("not-finite", render.array(expected), render.array(got))
    difference = np.abs(got - expected)
    room = tolerance(expected, relative=relative)
    if np.all(difference <= room):
        return None
    room = tolerance(expected, rounding(), relative)
    if np.all(difference <= room):
        return None
    worst = float(np.max(difference))
    shown = render.array(expected), render.array(got), worst, float(np.max(room))
    if _single(got, expected):
        return objection("precision", *shown, hint=SINGLE_HINT)
    return objection("wrong", *shown)


def _single(got: Array, expected: Array) -> bool:
    """Whether these are the right numbers, but rounded to single precision."""
    if got.dtype.kind != "f" or expected.dtype != np.float64:
        return False
    with np.errstate(all="ignore"):
        rounded = np.array_equal(got.astype(np.float32).astype(got.dtype), got)
    scale = np.max(np.abs(expected), initial=0.0)
    return bool(rounded and np.all(np.abs(got - expected) <= SINGLE * scale))
