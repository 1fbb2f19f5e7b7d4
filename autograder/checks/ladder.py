"""The derivative of a function from its values alone, with an error bar that notices kinks.

Central differences over a ladder of steps, extrapolated to step 0 (Ridders 1982). A point where the ladder
disagrees with itself, or the oracle with its own ladder, lies on or near a kink and is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.grid import COTANGENT_BYTES, cotangent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.checks.oracle import Oracle

Array = NDArray[Any]

STEPS = tuple(2.0**-k for k in range(6, 13))
TOLERANCE = 1e-6
WIDEST_BAR = 1e-4
DIRECTIONS = 2
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Slope:
    """A directional derivative: ``value`` give or take ``bar``."""

    value: float
    bar: float

    def agrees(self, derivative: float, rounding: float = 0.0) -> bool:
        """Whether ``derivative`` could be this slope."""
        return abs(derivative - self.value) <= TOLERANCE * max(1.0, abs(self.value)) + self.bar + rounding


def slope(along: Callable[[float], Array], weights: Array) -> Slope | None:
    """The derivative of ``sum(weights * along(t))`` at t = 0.

    Args:
        along: values of a function on a line through the point.
        weights: one number per element of its values.

    Returns:
        The slope, or None where there is none or where it cannot be told.
    """
    middle = along(0.0)
    pairs = [(along(h), along(-h)) for h in STEPS]
    if not all(np.all(np.isfinite(y)) for y in (middle, *(y for pair in pairs for y in pair))):
        return None
    size = np.sum(np.abs(weights * middle))
    size += max(np.sum(np.abs(weights * y)) for pair in pairs for y in pair)
    central = [
        float(np.sum(weights * (up - down)) / (2 * h)) for h, (up, down) in zip(STEPS, pairs, strict=True)
    ]
    value, error = _extrapolated(central, size)
    scale = max(1.0, abs(value))
    bar = 4 * error + _kink(middle, pairs, weights)
    if bar > WIDEST_BAR * scale:
        return None
    curvature = abs(central[0] - value) / STEPS[0] ** 2
    for h, c in zip(STEPS, central, strict=True):  # a kink that the ladder steps across bends it somewhere
        if abs(c - value) > 4 * curvature * h**2 + 16 * _EPS * size / h + TOLERANCE * scale:
            return None
    return Slope(value, bar)


def _extrapolated(central: Sequence[float], size: float) -> tuple[float, float]:
    """Neville's scheme in h²: the entry whose neighbours agree best, and how well they agree."""
    noise = [16 * _EPS * size / h for h in STEPS]
    previous = [central[0]]
    best, least = central[0], float("inf")
    for row in range(1, len(central)):
        current = [central[row]]
        factor = 1.0
        for column in range(1, row + 1):
            factor *= 4.0
            current.append((factor * current[column - 1] - previous[column - 1]) / (factor - 1))
            error = max(
                abs(current[column] - current[column - 1]), abs(current[column] - previous[column - 1])
            )
            error += noise[row]
            if error < least:
                best, least = current[column], error
        previous = current
    return best, least


def _kink(middle: Array, pairs: Sequence[tuple[Array, Array]], weights: Array) -> float:
    """How much the slopes on the two sides differ, per element so that opposite kinks cannot cancel."""
    near, far = (
        (up - 2 * middle + down) / h for h, (up, down) in ((STEPS[-1], pairs[-1]), (STEPS[-2], pairs[-2]))
    )
    jump = np.abs(2 * near - far) - 4 * 8 * _EPS * np.abs(middle) / STEPS[-1] - np.abs(far - near)
    return float(np.sum(np.abs(weights) * np.maximum(jump, 0.0)))


def is_smooth(oracle: Oracle, args: Sequence[Any], seed: Callable[[tuple[int, ...]], Array]) -> bool:
    """Whether the oracle's gradient is the derivative of its values at this point.

    It is not where the point lies on a kink, and then any of several gradients would be right.

    Args:
        oracle: the right function.
        args: where.
        seed: makes the upstream gradient for a shape.
    """
    _, upstream, right = oracle.gradients(args, seed)
    positions = oracle.positions(args)
    for number in range(DIRECTIONS):
        directions = [_direction(args[p].shape, 5 * number + i) for i, p in enumerate(positions)]
        derivative = sum(float(np.sum(g * u)) for g, u in zip(right, directions, strict=True))
        rounding = (
            64 * _EPS * sum(float(np.sum(np.abs(g * u))) for g, u in zip(right, directions, strict=True))
        )
        found = slope(lambda t, d=directions: oracle.value(moved(args, positions, d, t)), upstream)  # type: ignore[misc]
        if found is None or not found.agrees(derivative, rounding):
            return False
    return True


def moved(args: Sequence[Any], positions: Sequence[int], directions: Sequence[Array], t: float) -> list[Any]:
    """The arguments after a step ``t`` along ``directions``."""
    result = list(args)
    for position, direction in zip(positions, directions, strict=True):
        result[position] = np.asarray(args[position] + t * direction)
    return result


def _direction(shape: tuple[int, ...], number: int) -> Array:
    raw = bytes((37 * (number + 1) * (k + 3) + 11 * k) % 251 for k in range(COTANGENT_BYTES))
    return cotangent(raw, shape)
