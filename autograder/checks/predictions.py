"""Predictions of a student's classifier, read into labels: what shape and kind of numbers they must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.finding import Finding
from autograder.checks.reading import Reader, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = NDArray[Any]
Kind: TypeAlias = Literal["labels", "probability", "logit", "probabilities", "logits"]
"""What a classifier answers for one input.

``labels``: the class, an integer. ``probability``: that of class 1, of two. ``logit``: any number, positive
for class 1, of two. ``probabilities``: one per class, with sum 1. ``logits``: any numbers, one per class.
"""

SUM = 1e-3
"""How far a sum of probabilities may be from 1: float32 and a clumsy softmax."""
SAME = 1e-3
"""How far scores of one input may differ, relative to the largest: a sum in another order."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Answers to a number of inputs."""

    labels: NDArray[np.int64]
    """Shape ``(n,)``."""
    scores: Array | None
    """The numbers that the labels were made from, ``(n,)`` or ``(n, classes)``; None if labels came."""

    def __getitem__(self, which: slice) -> Predictions:
        return Predictions(self.labels[which], None if self.scores is None else self.scores[which])

    def differ(self, other: Predictions) -> bool:
        """Whether these are other answers, not the same ones rounded otherwise.

        A label may jump where its score lies on the edge, so a single one that differs says nothing.
        """
        if self.scores is None or other.scores is None:
            return bool(np.sum(self.labels != other.labels) > 1)
        scale = max(float(np.max(np.abs(self.scores), initial=0.0)), 1e-6)
        return bool(np.max(np.abs(self.scores - other.scores), initial=0.0) > SAME * scale)

    def reordered(self, other: Predictions) -> bool:
        """Whether these are the same answers in some order."""
        mine = self.labels if self.scores is None else self.scores.reshape(len(self.labels), -1)[:, 0]
        theirs = other.labels if other.scores is None else other.scores.reshape(len(other.labels), -1)[:, 0]
        return not Predictions(np.sort(mine), None if self.scores is None else np.sort(mine)).differ(
            Predictions(np.sort(theirs), None if other.scores is None else np.sort(theirs))
        )


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Predictions for several batches as one."""
    scores = [part.scores for part in parts if part.scores is not None]
    return Predictions(
        np.concatenate([part.labels for part in parts]), np.concatenate(scores) if scores else None
    )


def read(reader: Reader, answer: Any, count: int, kind: Kind, classes: int) -> Predictions | Finding:
    """Predictions for ``count`` inputs, or what is wrong with them."""
    per_class = kind in ("probabilities", "logits")
    wanted = f"an array of shape {(count, classes) if per_class else (count,)}"
    try:
        array = reader.value_of(answer)
    except Unreadable as problem:
        return Finding(code="prediction-unreadable", expected=wanted, got=str(problem))
    if not per_class and array.shape == (count, 1):
        array = array[:, 0]  # the last layer of a network has one output, which is no mistake
    if array.shape != ((count, classes) if per_class else (count,)):
        return Finding(code="prediction-shape", expected=wanted, got=f"an array of {render.shape(array)}")
    if array.dtype.kind == "c":
        return Finding(code="prediction-kind", expected="real numbers", got=f"numbers of dtype {array.dtype}")
    if not np.all(np.isfinite(array)):
        return Finding(
            code="prediction-not-finite", expected="finite numbers", got=_some(array[~np.isfinite(array)])
        )
    if kind == "labels":
        return _labels(array, classes)
    scores = array.astype(np.float64)
    if kind in ("probability", "probabilities"):
        outside = scores[(scores < 0) | (scores > 1)]
        if outside.size:
            return Finding(code="prediction-range", expected="probabilities from 0 to 1", got=_some(outside))
    if kind == "probabilities":
        sums = scores.sum(axis=1)
        if np.any(np.abs(sums - 1) > SUM):
            wrong = sums[np.abs(sums - 1) > SUM]
            return Finding(code="prediction-sum", expected="rows with sum 1", got=f"sums {_some(wrong)}")
    if per_class:
        return Predictions(scores.argmax(axis=1).astype(np.int64), scores)
    return Predictions((scores > (0.5 if kind == "probability" else 0)).astype(np.int64), scores)


def _labels(array: Array, classes: int) -> Predictions | Finding:
    whole = array.astype(np.int64)
    wanted = f"labels: whole numbers from 0 to {classes - 1}"
    if np.any(whole != array):
        return Finding(code="prediction-kind", expected=wanted, got=_some(array[whole != array]))
    if np.any((whole < 0) | (whole >= classes)):
        return Finding(
            code="prediction-range", expected=wanted, got=_some(array[(whole < 0) | (whole >= classes)])
        )
    return Predictions(whole, None)


def _some(numbers: Array) -> str:
    """The first few different ones."""
    different = list(dict.fromkeys(render.number(n) for n in numbers[:200].tolist()))
    return ", ".join(different[:4]) + (", ..." if len(different) > 4 else "")
