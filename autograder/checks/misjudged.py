"""Why a classifier is wrong so often: the usual reasons, told from its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from autograder.verdict import Json, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.checks.predictions import Array, Predictions

SHOWN = 3
"""How many misjudged inputs are kept."""
LONGEST_SIDE = 32
"""Rows and columns of a kept image; of larger ones every second or third pixel is kept."""
GAP = 0.15
"""How much better a classifier must be on the public examples to say that it knows them by heart."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A reason, in a student's words. ``{call}`` and ``{things}`` stand for the call and its inputs."""

    code: str
    message: str
    hint: str = ""
    expected: str = ""
    got: str = ""

    def outcome(self, call: str) -> Outcome:
        """As a fail of its own."""
        return Outcome(
            verdict=Verdict.FAIL,
            code=self.code,
            message=self.message.format(call=call),
            expected=self.expected,
            got=self.got,
            hint=self.hint,
            evidence={"diagnosis": self.code},
        )


CHANGES = Diagnosis(
    "not-deterministic",
    "{call} gives other predictions when it is asked again for the same inputs.",
    "Is there anything random in it, such as dropout? net.eval() switches that off.",
    "the same predictions both times",
    "different predictions",
)
DEPENDS = Diagnosis(
    "depends-on-batch",
    "The prediction for one input changes with the other inputs that {call} is given.",
    "Is the network still in train mode? net.eval() makes batch norm use what it has learned. And nothing "
    "may be computed over the whole batch, such as a mean or a maximum.",
    "the same prediction for an input alone, in a batch, and in another order",
    "different predictions",
)
SHUFFLED = Diagnosis(
    "answers-shuffled",
    "{call} returns its predictions in another order than its inputs.",
    "The first prediction belongs to the first input. A loader that shuffles is for training only.",
    "prediction number i for input number i",
    "the right predictions in another order",
)


def diagnose(
    given: Predictions,
    labels: Array,
    classes: int,
    lower: float,
    seen: float | None,
    enough: Callable[[int], bool],
) -> Diagnosis:
    """The reason for so many errors, as far as it shows.

    Args:
        given: the predictions.
        labels: the true labels.
        classes: how many there are.
        lower: lower bound for the accuracy.
        seen: accuracy on the examples that the student has; None if there are none.
        enough: whether so many right answers would pass.
    """
    counts = np.bincount(labels, minlength=classes)
    chance = float(counts.max()) / len(labels)
    share = float(np.mean(given.labels == labels))
    if len(np.unique(given.labels)) == 1:
        return Diagnosis(
            "constant",
            f"{{call}} says {int(given.labels[0])} for all {{things}}.",
            _threshold_hint(given) or "Does the answer depend on the input at all?",
        )
    for shift in range(1, classes):
        if enough(int(np.sum((given.labels + shift) % classes == labels))):
            if classes == 2:
                return Diagnosis("labels-swapped", "{call} says 0 where it should say 1, and 1 for 0.")
            return Diagnosis("labels-shifted", "The labels of {call} are numbered otherwise.")
    if seen is not None and seen > share + GAP and lower < seen:
        return Diagnosis(
            "memorised",
            f"{{call}} is right for {100 * seen:.0f} % of the {{things}} in the notebook, but only for "
            f"{100 * share:.0f} % of new ones.",
            "It knows the examples by heart. What should it look for in an image that it has never seen?",
        )
    if lower <= chance:
        return Diagnosis("guessing", "{call} is no better than guessing.")
    best = _best_threshold(given, labels)
    if best is not None and enough(best[1]):
        return Diagnosis(
            "threshold",
            "{call} puts the {things} in the right order, but draws the line in the wrong place.",
            _threshold_hint(given),
        )
    return Diagnosis("accuracy-too-low", "{call} works, but it is wrong too often.")


def confusion(given: Array, labels: Array, classes: int) -> list[list[int]]:
    """How often which label was given: one row per true label, one column per given one."""
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (labels, given), 1)
    return [[int(count) for count in row] for row in table]


def examples(given: Array, labels: Array, inputs: Array) -> list[Json]:
    """The first misjudged inputs, for a plot."""
    kept: list[Json] = []
    for index in np.flatnonzero(given != labels)[:SHOWN].tolist():
        entry: dict[str, Json] = {"index": index, "label": int(labels[index]), "given": int(given[index])}
        image = np.squeeze(inputs[index])
        if image.ndim == 2 and image.dtype.kind in "fiu":
            step = -(-max(image.shape) // LONGEST_SIDE)
            entry["image"] = [[round(float(n), 2) for n in row] for row in image[::step, ::step]]
        kept.append(entry)
    return kept


def _best_threshold(given: Predictions, labels: Array) -> tuple[float, int] | None:
    """The threshold that would get most right, and how many; None without one score per input."""
    if given.scores is None or given.scores.ndim > 1:
        return None
    order = np.argsort(given.scores, kind="stable")
    sorted_labels, scores = labels[order], given.scores[order]
    # right answers if the first i are called 0 and the others 1
    right = np.concatenate([[0], np.cumsum(sorted_labels == 0)]) + np.concatenate(
        [np.cumsum(sorted_labels[::-1] == 1)[::-1], [0]]
    )
    right[1:-1][np.diff(scores) == 0] = 0  # equal scores cannot be parted
    best = int(np.argmax(right))
    return float(scores[min(best, len(scores) - 1)]), int(right[best])


def _threshold_hint(given: Predictions) -> str:
    if given.scores is None or given.scores.ndim > 1:
        return ""
    return f"The scores lie between {given.scores.min():.3g} and {given.scores.max():.3g}."
