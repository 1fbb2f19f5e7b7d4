"""What a count of right answers says of an accuracy: exact binomial bounds (Clopper and Pearson, 1934).

In whole numbers, because a verdict at the very edge must not depend on a machine's rounding: ``scipy.stats``
and ``torch.distributions`` have only floating-point tails, and neither would save a line here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GRID = 1000
"""Bounds are given in steps of 1/1000, rounded outwards."""


def chance_of_at_least(right: int, samples: int, accuracy: Fraction) -> Fraction:
    """How likely ``right`` or more of ``samples`` answers are right if each is with that probability."""
    if right <= 0 or accuracy == 1:
        return Fraction(right <= samples)
    if accuracy == 0:
        return Fraction(0)
    yes, whole = accuracy.numerator, accuracy.denominator
    no = whole - yes
    # from all answers right downwards: comb(samples, k) * yes**k * no**(samples - k)
    term = yes**samples
    total = 0
    for k in range(samples, right - 1, -1):
        total += term
        term = term * (k * no) // ((samples - k + 1) * yes)
    return Fraction(total, whole**samples)


def surely_at_least(right: int, samples: int, accuracy: Fraction, confidence: Fraction) -> bool:
    """Whether the lower bound of the accuracy is ``accuracy`` or more."""
    return chance_of_at_least(right, samples, accuracy) <= 1 - confidence


def surely_below(right: int, samples: int, accuracy: Fraction, confidence: Fraction) -> bool:
    """Whether the upper bound of the accuracy is below ``accuracy``."""
    return surely_at_least(samples - right, samples, 1 - accuracy, confidence)


def bounds(right: int, samples: int, confidence: Fraction) -> tuple[float, float]:
    """Lower and upper bound of the accuracy, each of which holds with ``confidence``."""
    low = _largest(lambda step: surely_at_least(right, samples, Fraction(step, GRID), confidence))
    high = _largest(lambda step: surely_at_least(samples - right, samples, Fraction(step, GRID), confidence))
    return low / GRID, (GRID - high) / GRID


def fewest_right(samples: int, accuracy: Fraction, confidence: Fraction) -> int:
    """How many of ``samples`` answers must be right; ``samples + 1`` if all are not enough."""
    low, high = 0, samples + 1
    while low < high:
        middle = (low + high) // 2
        if surely_at_least(middle, samples, accuracy, confidence):
            high = middle
        else:
            low = middle + 1
    return low


def _largest(holds: Callable[[int], bool]) -> int:
    """The last step of the grid for which ``holds`` is true: it is for 0, and for none after it fails."""
    low, high = 0, GRID
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
