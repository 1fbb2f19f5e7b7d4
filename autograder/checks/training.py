"""Judge a training procedure: the grader recomputes the loss, at several stages, for several seeds.

Nothing that the procedure prints or returns is believed. At each stage the grader asks for predictions on
inputs that it chose, and computes the loss itself.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.calling import ask
from autograder.checks.curves import Kind, Run, diagnose
from autograder.checks.reading import Reader, Unreadable
from autograder.errors import UsageError
from autograder.verdict import Json, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]

SEEDS = (0, 1, 2, 3, 4)
MARGIN = 0.01
"""How close to the target, relative to it, a loss is neither above nor below: rounding could decide."""


def converges(
    *,
    start: Callable[[int], Any],
    advance: Callable[[Any, int], Any],
    predict: Callable[[Any], Any],
    loss: Callable[[Array], float],
    shape: tuple[int | None, ...],
    below: float,
    stages: Sequence[int],
    seeds: Sequence[int] = SEEDS,
    needed: int | None = None,
    seeded: bool = True,
    call: str = "",
) -> Outcome:
    """Does training reach the target, for most seeds?

    The rule. A seed *succeeds* if its loss after all stages is below ``below``, and was not so before the
    first one. Seeds are tried in order; the check passes as soon as ``needed`` of them have succeeded, and
    fails as soon as that has become impossible. So with 3 of 5 a single lucky seed cannot pass, nor a single
    unlucky one fail, and good training is judged after 3 seeds. Whoever writes a question chooses ``below``
    and the number of iterations such that right training succeeds for nearly every seed.

    Before that, the same seed must give the same start twice, and another seed another one. A training that
    fails is run a second time from the same seed, and must come to the same losses.

    Example::

        x = np.linspace(-1, 1, 50).reshape(50, 1)

        def start(seed):
            torch.manual_seed(seed)
            net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
            return net, torch.optim.Adam(net.parameters(), lr=0.02)

        def advance(run, iterations):
            net, optimizer = run
            inputs = torch.tensor(x, dtype=torch.float32)
            for _ in range(iterations):
                loss = ((net(inputs) - inputs**2) ** 2).mean()
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()

        outcome = converges(
            start=start,
            advance=advance,
            predict=lambda run: run[0](torch.tensor(x, dtype=torch.float32)),
            loss=lambda prediction: np.mean((prediction - x**2) ** 2),
            shape=(50, 1),
            below=0.1 * np.var(x**2),
            stages=(50, 150),
        )
        outcome.evidence["curves"]  # {"0": [0.357, 0.0128, 0.00143], ...}

    Args:
        start: makes the untrained state for a seed: a network and its optimizer, whatever ``advance`` takes.
        advance: continues the training of a state by a number of iterations; what it returns is not used.
        predict: the predictions of a state for the grader's inputs. Labels of these inputs must not be in it.
        loss: the loss of such predictions (float64), computed where the labels are.
        shape: what the predictions must have; None for an axis of any length.
        below: the target, above 0.
        stages: numbers of iterations, one after the other.
        seeds: which seeds to try, in order.
        needed: how many must succeed; by default more than half.
        seeded: judge also whether ``start`` follows its seed.
        call: how a student would write it, for the message, e.g. ``"train(net, optimizer, x, y, 250)"``.

    Returns:
        A pass or a fail, with the losses of each seed that was tried as ``evidence["curves"]``: one number
        before training, and one after each stage; None where it is not a finite number. Inconclusive where
        losses within 1 % of the target decide.

    Raises:
        UsageError: the arguments make no sense.
        StudentError: the student's code raised, or is not written yet.
    """
    needed = len(seeds) // 2 + 1 if needed is None else needed
    if not (stages and 1 <= needed <= len(seeds) and len(set(seeds)) == len(seeds) and below > 0):
        raise UsageError(
            "a training check needs stages, different seeds, at most that many needed, below > 0"
        )
    training = _Training(start, advance, predict, loss, shape, below, stages)
    try:
        if seeded and (objection := training.follows_seed(seeds)):
            return objection
        return _Poll(training, needed, len(seeds), call).ask(seeds)
    except _Objection as objection:
        return objection.outcome


class _Objection(Exception):  # noqa: N818 - an outcome on its way
    def __init__(self, code: str, message: str, expected: str, got: str, hint: str = "") -> None:
        super().__init__(message)
        self.outcome = _fail(code, message, expected, got, hint)


@dataclass(slots=True)
class _Training:
    """The author's callables, and what is the same for all seeds."""

    start: Callable[[int], Any]
    advance: Callable[[Any, int], Any]
    predict: Callable[[Any], Any]
    loss: Callable[[Array], float]
    shape: tuple[int | None, ...]
    below: float
    stages: Sequence[int]

    def predictions(self, state: Any) -> Array:
        """What the network says now."""
        wanted = "an array of shape (" + ", ".join("any" if n is None else str(n) for n in self.shape)
        wanted += ",)" if len(self.shape) == 1 else ")"
        try:
            array = Reader().value_of(ask(self.predict, state))
        except Unreadable as problem:
            raise _Objection(
                "predictions-unreadable", "The network's predictions are not an array.", wanted, str(problem)
            ) from None
        fits = array.ndim == len(self.shape) and all(
            side in (None, n) for side, n in zip(self.shape, array.shape, strict=True)
        )
        if not fits:
            raise _Objection(
                "predictions-shape",
                "The network's predictions have the wrong shape.",
                wanted,
                f"an array of shape {array.shape}",
            )
        if array.dtype.kind not in "fiu":
            raise _Objection(
                "predictions-dtype",
                "The network's predictions are the wrong kind of numbers.",
                "real numbers",
                f"numbers of dtype {array.dtype}",
            )
        return array.astype(np.float64)

    def follows_seed(self, seeds: Sequence[int]) -> Outcome | None:
        """Object to a start that the seed does not determine."""
        first = self.predictions(ask(self.start, seeds[0]))
        again = self.predictions(ask(self.start, seeds[0]))
        if not np.array_equal(first, again, equal_nan=True):
            return _fail(
                "seed-not-used",
                "The same seed gives two different networks, so nothing that you see can be repeated.",
                f"the same network both times for seed {seeds[0]}",
                "two different networks",
                "Is the seed set before the network is made?",
            )
        if len(seeds) > 1:
            other = self.predictions(ask(self.start, seeds[1]))
            if np.array_equal(first, other, equal_nan=True):
                return _fail(
                    "seed-ignored",
                    "Two different seeds give the same network.",
                    f"different networks for the seeds {seeds[0]} and {seeds[1]}",
                    "the same network",
                    "Does the seed that you are given reach the random numbers?",
                )
        return None

    def run(self, seed: int) -> Run:
        """Train from one seed, and look at each stage."""
        state = ask(self.start, seed)
        predictions = [self.predictions(state)]
        for iterations in self.stages:
            ask(self.advance, state, iterations)
            predictions.append(self.predictions(state))
        with np.errstate(all="ignore"):
            losses = [float(self.loss(p)) if np.all(np.isfinite(p)) else math.nan for p in predictions]
        return Run(
            seed=seed,
            losses=tuple(losses),
            below=self.below,
            moved=not np.array_equal(predictions[0], predictions[-1], equal_nan=True),
            spread=(_spread(predictions[0]), _spread(predictions[-1])),
        )


def _spread(predictions: Array) -> float:
    """How much predictions differ from input to input."""
    if not np.all(np.isfinite(predictions)) or not len(predictions):
        return math.nan
    return float(np.max(np.std(predictions, axis=0)))


@dataclass(slots=True)
class _Poll:
    """Asks seed after seed until the answer is certain."""

    training: _Training
    needed: int
    total: int
    call: str

    def ask(self, seeds: Sequence[int]) -> Outcome:
        """The verdict of the seeds."""
        runs: list[Run] = []
        for seed in seeds:
            runs.append(self.training.run(seed))
            kinds = Counter(run.kind(MARGIN) for run in runs)
            if kinds[Kind.REACHED] >= self.needed:
                return Outcome(verdict=Verdict.PASS, evidence=self.evidence(runs))
            if kinds[Kind.MISSED] > self.total - self.needed:
                return self.failed(runs)
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            code="loss-at-the-target",
            message="The loss ends so close to the target that rounding decides.",
            expected=f"a loss below {self.training.below:.3g}",
            got=", ".join(f"{run.losses[-1]:.4g}" for run in runs),
            evidence=self.evidence(runs),
        )

    def failed(self, runs: list[Run]) -> Outcome:
        """Say what went wrong in most runs, if the worst of them is no chance."""
        missed = [run for run in runs if run.kind(MARGIN) is Kind.MISSED]
        again = self.training.run(missed[0].seed)
        if not again.same(missed[0]):
            return _fail(
                "not-deterministic",
                "Training twice from the same seed gives two different networks.",
                f"the same losses both times for seed {missed[0].seed}",
                "different losses",
                "Where do random numbers come from that the seed does not determine?",
            )
        finding = diagnose(missed)
        seen = f"{len(missed)} of {len(runs)} seeds" if len(runs) > 1 else f"seed {runs[0].seed}"
        total = sum(self.training.stages)
        where = f" ({self.call})" if self.call else ""
        return Outcome(
            verdict=Verdict.FAIL,
            code=finding.code,
            message=f"{finding.sentence} Seen for {seen}; the loss was computed by the grader.",
            expected=f"a loss below {self.training.below:.3g} after {total} iterations{where}",
            got=f"{finding.run.shown()} (seed {finding.run.seed}; iterations {self.marks()})",
            hint=finding.hint,
            evidence={**self.evidence(runs), "diagnosis": finding.code},
        )

    def marks(self) -> str:
        """The numbers of iterations at which the loss was computed."""
        return ", ".join(str(n) for n in np.cumsum([0, *self.training.stages]).tolist())

    def evidence(self, runs: list[Run]) -> dict[str, Json]:
        """What the verdict rests on: the target, the rule, and the curves."""
        return {
            "target": float(f"{self.training.below:.3g}"),
            "needed": self.needed,
            "of": self.total,
            "reached": sum(run.kind(MARGIN) is Kind.REACHED for run in runs),
            "iterations": np.cumsum([0, *self.training.stages]).tolist(),
            "curves": {str(run.seed): run.rounded() for run in runs},
        }


def _fail(code: str, message: str, expected: str, got: str, hint: str = "") -> Outcome:
    return Outcome(verdict=Verdict.FAIL, code=code, message=message, expected=expected, got=got, hint=hint)
