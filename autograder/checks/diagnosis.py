"""Recognise a wrong gradient: which known mistake gives exactly these numbers, in every failing example?

A single small example fits many mistakes (with one number, a wrong sign is also a factor of -1). A mistake is
named only if it explains all failing examples and some of them could have told it apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.compare import compare, tolerance

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One failing example."""

    args: tuple[Array, ...]
    """The differentiated arguments."""
    out: Array
    upstream: Array
    right: tuple[Array, ...]
    got: tuple[Array | None, ...]
    ones: tuple[Array, ...]
    """The right gradients for an upstream gradient of ones."""
    parts: tuple[Array, ...] = ()
    """Where a value is used in several places: the contribution of each."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A recognised mistake."""

    code: str
    sentence: str
    """What is wrong, without a full stop."""
    hint: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong gradient of one case."""

    case: Case
    index: int
    got: Array
    right: Array

    @property
    def arg(self) -> Array:
        """The argument it belongs to."""
        return self.case.args[self.index]


def diagnose(cases: Sequence[Case | None]) -> Mistake | None:
    """The one known mistake that explains all of ``cases``, or None."""
    wrong = [w for case in cases if case is not None for w in _wrong(case)]
    if not wrong:
        return None
    if any(w.got.shape != w.right.shape for w in wrong):
        return _first(_SHAPES, [w for w in wrong if w.got.shape != w.right.shape])
    return _first(_NUMBERS, wrong)


def _wrong(case: Case) -> list[Wrong]:
    return [
        Wrong(case, i, got, right)
        for i, (got, right) in enumerate(zip(case.got, case.right, strict=True))
        if got is not None and compare(got, right, prefix="", subject="") is not None
    ]


Detector: TypeAlias = Callable[[Sequence[Wrong]], Mistake | None]


def _first(detectors: Sequence[Detector], wrong: Sequence[Wrong]) -> Mistake | None:
    for detect in detectors:
        try:
            mistake = detect(wrong)
        except Exception:  # noqa: BLE001 - strange numbers: what cannot be explained is wrong all the same
            mistake = None
        if mistake is not None:
            return mistake
    return None


def _same(got: Array, wanted: Array) -> bool:
    return bool(got.shape == wanted.shape and np.all(np.abs(got - wanted) <= tolerance(wanted)))


def _all(wrong: Sequence[Wrong], predicted: Callable[[Wrong], Array | None]) -> bool:
    """Whether ``predicted`` gives the wrong numbers of every example, and there is more than one number."""
    for w in wrong:
        wanted = predicted(w)
        if wanted is None or not _same(w.got, wanted):
            return False
    return bool(sum(np.count_nonzero(w.right) + np.count_nonzero(w.got) for w in wrong) >= 2)


def _zero(wrong: Sequence[Wrong]) -> Mistake | None:
    if not _all(wrong, lambda w: np.zeros_like(w.right)):
        return None
    return Mistake(
        "gradient-zero", "The gradient is 0 where it should not be",
        "Does every operation pass its gradient on to each of its inputs?",
    )  # fmt: skip


def _sign(wrong: Sequence[Wrong]) -> Mistake | None:
    if not _all(wrong, lambda w: -w.right):
        return None
    return Mistake("gradient-sign", "The gradient has the wrong sign", "Check the signs in your derivative.")


def _upstream(wrong: Sequence[Wrong]) -> Mistake | None:
    if not _all(wrong, lambda w: w.case.ones[w.index]):
        return None
    return Mistake(
        "gradient-upstream", "The upstream gradient is ignored",
        "By the chain rule the local derivative is multiplied by the gradient that arrives from above.",
    )  # fmt: skip


def _upstream_only(wrong: Sequence[Wrong]) -> Mistake | None:
    if not _all(wrong, lambda w: w.case.upstream if w.case.upstream.shape == w.right.shape else None):
        return None
    return Mistake(
        "gradient-local", "The upstream gradient is handed on as it is: the local derivative is missing",
        "What is the derivative of this function itself?",
    )  # fmt: skip


def _other(wrong: Sequence[Wrong]) -> Mistake | None:
    def others(w: Wrong) -> Array | None:
        return next((r for j, r in enumerate(w.case.right) if j != w.index and _same(w.got, r)), None)

    # where the shapes differ, a gradient that was exchanged has since been summed or stretched to fit
    alike = [w for w in wrong if len({a.shape for a in w.case.args}) == 1]
    if len({len(w.case.args) for w in wrong}) > 1 or len(alike) < 2 or not _all(alike, others):
        return None
    return Mistake(
        "gradient-other-argument", "An argument gets the gradient that belongs to another argument",
        "Compare, for each argument, the derivative with respect to it.",
    )  # fmt: skip


def _transposed(wrong: Sequence[Wrong]) -> Mistake | None:
    if not _all(wrong, lambda w: w.right.T if w.right.ndim > 1 else None):
        return None
    return Mistake(
        "gradient-transposed", "The gradient is transposed: rows and columns are exchanged",
        "Write down the shapes of all matrices in the product; only one order and transposition fits.",
    )  # fmt: skip


def _copies(w: Wrong) -> int:
    """How many elements of the result share one element of the argument through broadcasting."""
    try:
        if np.broadcast_shapes(w.arg.shape, w.case.out.shape) != w.case.out.shape:
            return 1
    except ValueError:
        return 1
    return int(w.case.out.size // max(1, w.arg.size))


def _mean(wrong: Sequence[Wrong]) -> Mistake | None:
    if len({_copies(w) for w in wrong}) < 2 and all(_copies(w) < 2 for w in wrong):
        return None
    if not _all(wrong, lambda w: w.right / _copies(w)):
        return None
    return Mistake(
        "gradient-mean", "Over the broadcast axes the gradient is averaged instead of summed",
        "A number that is used several times collects the sum of all its gradients.",
    )  # fmt: skip


def _size_factor(wrong: Sequence[Wrong]) -> Mistake | None:
    sizes = {w.arg.size for w in wrong}
    for predicted, words in (
        (lambda w: w.right * w.arg.size, "multiplied"),
        (lambda w: w.right / w.arg.size, "divided"),
    ):
        if len(sizes) > 1 and _all(wrong, predicted):
            return Mistake(
                "gradient-factor", f"The gradient is wrongly {words} by the number of elements",
                "Where does the number of elements belong in this derivative?",
            )  # fmt: skip
    return None


def _factor(wrong: Sequence[Wrong]) -> Mistake | None:
    largest = max(wrong, key=lambda w: float(np.max(np.abs(w.right), initial=0.0)))
    at = np.unravel_index(np.argmax(np.abs(largest.right)), largest.right.shape)
    if largest.right[at] == 0:
        return None
    factor = float(largest.got[at] / largest.right[at])
    if not np.isfinite(factor):
        return None
    factor = float(round(factor)) if abs(factor - round(factor)) < 1e-9 else factor
    if factor in (0, 1) or not _all(wrong, lambda w: factor * w.right):
        return None
    simple = abs(60 * factor - round(60 * factor)) < 1e-6 and abs(factor) <= 60
    if not simple and sum(w.right.size for w in wrong) < 3:
        return None  # some factor fits any one number
    hint = "Which constant belongs in this derivative?"
    if abs(factor - 0.5) < 1e-9:
        hint = "Does a value that is used in two places collect the gradient of both?"
    return Mistake(
        "gradient-factor", f"The gradient is {render.number(factor)} times what it should be", hint
    )


def _overwritten(wrong: Sequence[Wrong]) -> Mistake | None:
    for which in (-1, 0):
        if _all(wrong, lambda w, k=which: w.case.parts[k] if w.case.parts else None):  # type: ignore[misc]
            return OVERWRITTEN
    return None


SLOPES = "For which inputs does this function have which slope?"
OVERWRITTEN = Mistake(
    "gradient-overwritten",
    "The gradient of a value that is used in several places is overwritten instead of accumulated",
    "Add to the gradient with += instead of replacing it with =.",
)


def _region(wrong: Sequence[Wrong]) -> Mistake | None:
    """Element by element: is the gradient wrong on one stretch of the input and right elsewhere?"""
    if any(w.right.shape != w.case.upstream.shape or len(w.case.args) != 1 for w in wrong):
        return None
    x = np.concatenate([w.arg.ravel() for w in wrong])
    got = np.concatenate([w.got.ravel() for w in wrong])
    right = np.concatenate([w.right.ravel() for w in wrong])
    upstream = np.concatenate([w.case.upstream.ravel() for w in wrong])
    bad = np.abs(got - right) > np.concatenate([tolerance(w.right).ravel() for w in wrong])
    if bad.all() and not (_same(got[x < 0], upstream[x < 0]) and not np.any(right[x < 0])):
        return None
    low, high = float(x[bad].min()), float(x[bad].max())
    if np.any(~bad & (x >= low) & (x <= high)) or bad.sum() < 2:
        return None
    stretch = f"for inputs from {render.number(low)} to {render.number(high)}"
    if high < 0 and not np.any(~bad & (x < 0)):
        stretch = "for inputs below 0"
    elif low > 0 and not np.any(~bad & (x > 0)):
        stretch = "for inputs above 0"
    if not np.any(right[bad]):
        return Mistake("gradient-mask", f"The gradient is not 0 {stretch}, where it should be", SLOPES)
    if not np.any(got[bad]):
        return Mistake("gradient-mask", f"The gradient is 0 {stretch}, where it should not be", SLOPES)
    return Mistake("gradient-wrong", f"The gradient is wrong {stretch} and right elsewhere", "")


def _inverted(wrong: Sequence[Wrong]) -> Mistake | None:
    """The mask of the other side: what should be 0 passes, and what should pass is 0."""
    if not _all(
        wrong,
        lambda w: (
            np.where(w.right == 0, w.case.upstream, 0.0) if w.right.shape == w.case.upstream.shape else None
        ),
    ):
        return None
    return Mistake(
        "gradient-mask", "The gradient passes where it should be 0 and is 0 where it should pass",
        "For which inputs does this function have slope 1?",
    )  # fmt: skip


def _not_summed(wrong: Sequence[Wrong]) -> Mistake | None:
    for w in wrong:
        if w.got.shape != w.case.out.shape or _copies(w) < 1:
            return None
        if not _same(_unbroadcast(w.got, w.right.shape), w.right):
            return None
    return Mistake(
        "gradient-not-summed", "The gradient is not summed over the axes that were broadcast",
        "An argument that was stretched to a larger shape gets the sum over the stretched axes.",
    )  # fmt: skip


def _kept_axes(wrong: Sequence[Wrong]) -> Mistake | None:
    if not all(w.got.size == w.right.size and _same(w.got.ravel(), w.right.ravel()) for w in wrong):
        return None
    return Mistake(
        "gradient-shape", "The gradient has the right numbers in the wrong shape",
        "A gradient always has the shape of the value that it belongs to; axes of size 1 count.",
    )  # fmt: skip


def _unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    summed = (
        gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
        if gradient.ndim > len(shape)
        else gradient
    )
    axes = tuple(i for i, side in enumerate(shape) if side == 1 and summed.shape[i] != 1)
    return np.asarray(summed.sum(axis=axes, keepdims=True) if axes else summed)


_NUMBERS = (
    _overwritten, _zero, _sign, _inverted, _upstream, _other, _transposed, _mean, _size_factor, _factor,
    _region, _upstream_only,
)  # fmt: skip
_SHAPES = (_kept_axes, _not_summed, _transposed)
