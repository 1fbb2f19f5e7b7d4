"""Judge a classifier by how often it is right on inputs that it has never seen.

The inputs go to the student's code, its predictions come back, the labels stay here. A confidence bound for
the true accuracy decides, not the accuracy that happened to be measured.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.binomial import bounds, chance_of_at_least, fewest_right, surely_at_least, surely_below
from autograder.checks.calling import Raised, ask
from autograder.checks.finding import Finding
from autograder.checks.misjudged import CHANGES, DEPENDS, SHUFFLED, Diagnosis, confusion, diagnose, examples
from autograder.checks.predictions import Array, Kind, Predictions, joined, read
from autograder.checks.reading import Reader
from autograder.errors import UsageError
from autograder.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

ALONE = 8
"""Inputs that are also asked about one at a time."""
MUCH = 0.2
"""By how much answers must be better alone than together to call them shuffled."""
MOST_ROWS = 4
"""Classes whose errors a message lists."""

MESSAGES = {
    "prediction-unreadable": "{call} returns no array of predictions.",
    "prediction-shape": "{call} returns the wrong number of predictions.",
    "prediction-kind": "{call} returns the wrong kind of predictions.",
    "prediction-not-finite": "{call} returns predictions that are not finite: nan or inf.",
    "prediction-range": "{call} returns predictions outside their range.",
    "prediction-sum": "{call} returns probabilities whose sum is not 1.",
}
HINTS = {
    ("prediction-range", "probability"): "These look like logits: a sigmoid makes probabilities of them.",
    ("prediction-range", "probabilities"): "These look like logits: softmax makes probabilities of them.",
    (
        "prediction-kind",
        "labels",
    ): "These look like probabilities or scores: a threshold makes labels of them.",
    ("prediction-range", "labels"): "These look like scores: a threshold makes labels of them.",
}


def accuracy(
    predict: Callable[[Array], Any],
    inputs: Array,
    labels: Array,
    *,
    at_least: float,
    answers: Kind = "labels",
    classes: int = 2,
    confidence: float = 0.99,
    public: tuple[Array, Array] | None = None,
    batch: int = 100,
    call: str = "predict(images)",
    things: str = "images",
) -> Outcome:
    """Is a classifier right often enough?

    With 1000 inputs, 0.9 asked for and a confidence of 0.99, 922 right answers or more pass, 876 or fewer
    fail, and what lies between is inconclusive. So ask for clearly less than what a right solution reaches,
    and clearly more than what a wrong one does; ``samples_needed`` says how many inputs a margin takes::

        rng = np.random.default_rng(1)
        x = rng.normal(size=(1000, 2))
        y = (x.sum(axis=1) > 0).astype(int)
        outcome = accuracy(lambda x: (x[:, 0] + x[:, 1] > 0), x, y, at_least=0.9)
        assert outcome.passed

    Args:
        predict: the student's classifier: an array of inputs in, one prediction for each out.
        inputs: hidden inputs, shape ``(n, ...)``. They reach ``predict`` in batches, as copies.
        labels: their classes, integers of shape ``(n,)`` from 0. They never reach ``predict``.
        at_least: the accuracy that is asked for.
        answers: what ``predict`` has to return, see ``predictions.Kind``.
            Shape ``(n, 1)`` is as good as ``(n,)``.
        classes: how many classes there are.
        confidence: of each of the two bounds.
        public: inputs and labels that the student has. A much better accuracy on these is named.
        batch: inputs per call.
        call: how a student would write the call.
        things: what the inputs are, for messages.

    Returns:
        A pass if the lower bound for the true accuracy is ``at_least`` or more; a fail if the upper bound is
        below; inconclusive between. A fail as well if predictions have the wrong form, change when asked for
        again, or depend on the other inputs of the batch.

    Raises:
        UsageError: the labels do not fit the inputs, or are too few for anybody to pass.
        StudentError: ``predict`` does not exist or is not implemented yet.
    """
    judge = _Judge(predict, answers, classes, batch, call)
    asked, sure = _fraction(at_least), _fraction(confidence)
    labels = _checked(inputs, labels, classes, asked, sure)
    try:
        first = judge.ask(inputs)
        objection = judge.instability(inputs[:batch], labels[:batch], first[:batch])
        if objection is not None:
            return objection.outcome(call)
        right = int(np.sum(first.labels == labels))
        evidence = _evidence(right, labels, first, asked, sure, classes)
        if surely_at_least(right, len(labels), asked, sure):
            return Outcome(verdict=Verdict.PASS, evidence=evidence)
        percent = f"{100 * right / len(labels):.1f} %"
        expected = f"right for at least {100 * at_least:g} % of all {things}"
        got = f"right for {percent}: {right} of {len(labels)}"
        if not surely_below(right, len(labels), asked, sure):
            return Outcome(
                verdict=Verdict.INCONCLUSIVE,
                code="accuracy-too-close",
                message=f"{call} is right for {percent} of {len(labels)} {things}, too close to the "
                f"{100 * at_least:g} % that are asked for to tell whether it is good enough.",
                expected=expected,
                got=got,
                evidence=evidence,
            )
        if judge.ask(inputs).differ(first):
            return CHANGES.outcome(call)
        seen = None if public is None else _share(judge.ask(public[0]), public[1])
    except Raised as problem:
        return Outcome(
            verdict=Verdict.ERROR,
            code="raised",
            message=f"Your code raised {problem.finding().detail}\n"
            f"This happened in {call}, for {judge.given} {things}.",
            where=problem.where,
        )
    except _Malformed as malformed:
        return malformed.outcome

    def enough(count: int) -> bool:
        return surely_at_least(count, len(labels), asked, sure)

    found = diagnose(first, labels, classes, evidence["lower"], seen, enough)
    table = confusion(first.labels, labels, classes)
    missed = ", ".join(
        f"{sum(row) - row[label]} of {sum(row)} with label {label}"
        for label, row in enumerate(table)
        if sum(row) and classes <= MOST_ROWS
    )
    return Outcome(
        verdict=Verdict.FAIL,
        code=found.code,
        message=found.message.format(call=call, things=things) + (f"\nWrong for {missed}." if missed else ""),
        expected=expected,
        got=got,
        hint=found.hint,
        evidence={**evidence, "misjudged": examples(first.labels, labels, inputs), "diagnosis": found.code},
    )


def samples_needed(at_least: float, margin: float, confidence: float = 0.99) -> int:
    """How many inputs ``accuracy`` needs so that a good classifier is not left in the band between.

    Args:
        at_least: the accuracy that is asked for.
        margin: how much better than that the classifier truly is.
        confidence: as for ``accuracy``; also how likely the classifier is to pass.

    Returns:
        A multiple of 50, e.g. 600 for 0.9 and a margin of 0.05. A classifier that is worse by the same margin
        fails with about the same number.

    Raises:
        ValueError: no classifier is better by that margin.
    """
    asked, true, sure = _fraction(at_least), _fraction(at_least) + _fraction(margin), _fraction(confidence)
    if not 0 <= asked < true <= 1:
        raise ValueError(f"an accuracy cannot be {float(true):g}")
    samples = 50
    while chance_of_at_least(fewest_right(samples, asked, sure), samples, true) < sure:
        samples += 50
    return samples


class _Malformed(Exception):  # noqa: N818 - what happened
    """Predictions that cannot be held against labels."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class _Judge:
    """Asks for predictions, in batches and otherwise."""

    def __init__(
        self, predict: Callable[[Array], Any], kind: Kind, classes: int, batch: int, call: str
    ) -> None:
        self._predict = predict
        self._kind = kind
        self._classes = classes
        self._batch = batch
        self._call = call
        self._reader = Reader()
        self.given = 0
        """How many inputs the last call got."""

    def ask(self, inputs: Array, batch: int = 0) -> Predictions:
        """Predictions for all inputs."""
        size = batch or self._batch
        return joined([self._once(inputs[i : i + size]) for i in range(0, len(inputs), size)])

    def _once(self, inputs: Array) -> Predictions:
        self.given = len(inputs)
        answer = ask(self._predict, inputs.copy())
        found = read(self._reader, answer, len(inputs), self._kind, self._classes)
        if isinstance(found, Finding):
            raise _Malformed(
                Outcome(
                    verdict=Verdict.FAIL,
                    code=found.code,
                    message=MESSAGES[found.code].format(call=self._call),
                    expected=f"for {len(inputs)} inputs, {found.expected}",
                    got=found.got,
                    hint=HINTS.get((found.code, self._kind), ""),
                    evidence={"diagnosis": found.code},
                )
            )
        return found

    def instability(self, inputs: Array, labels: Array, first: Predictions) -> Diagnosis | None:
        """What is wrong with predictions that depend on anything but their own input."""
        again = self.ask(inputs)
        backwards = self.ask(inputs[::-1])[::-1]
        some = self.ask(inputs[:ALONE], batch=1)
        if not (again.differ(first) or backwards.differ(first) or some.differ(first[:ALONE])):
            return None
        alone = self.ask(inputs, batch=1)
        if alone.reordered(first) and _share(alone, labels) > _share(first, labels) + MUCH:
            return SHUFFLED
        return CHANGES if again.differ(first) else DEPENDS


def _share(predictions: Predictions, labels: Array) -> float:
    return float(np.mean(predictions.labels == labels))


def _fraction(number: float) -> Fraction:
    """What was written, 9/10 for 0.9, and not the nearest binary number."""
    return Fraction(str(number))


def _checked(inputs: Array, labels: Array, classes: int, asked: Fraction, sure: Fraction) -> Array:
    labels = np.asarray(labels)
    if len(inputs) != len(labels) or labels.ndim != 1 or not np.all(np.isin(labels, range(classes))):
        raise UsageError(f"accuracy needs one label from 0 to {classes - 1} for each of {len(inputs)} inputs")
    if not surely_at_least(len(labels), len(labels), asked, sure):
        raise UsageError(f"nobody can reach an accuracy of {float(asked):g} on {len(labels)} inputs for sure")
    return labels.astype(np.int64)


def _evidence(
    right: int, labels: Array, predictions: Predictions, asked: Fraction, sure: Fraction, classes: int
) -> dict[str, Any]:
    lower, upper = bounds(right, len(labels), sure)
    return {
        "samples": len(labels),
        "right": right,
        "accuracy": round(right / len(labels), 4),
        "lower": lower,
        "upper": upper,
        "at_least": float(asked),
        "confidence": float(sure),
        "confusion": confusion(predictions.labels, labels, classes),
    }
