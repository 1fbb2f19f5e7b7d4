"""Losses of one training at several stages, and what their course says about the mistake behind it."""

from __future__ import annotations

import enum
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

GROWN = 2.0
"""A loss this many times what it was at the start has diverged."""
FALLEN = 0.97
"""A loss that is still above this part of what it was at the start has not fallen."""
STILL_FALLING = 0.97
"""A last stage that brings the loss below this part of what it was shows that training was not over."""
JUMPED = 1.3
"""A loss this many times what it was a stage earlier has jumped."""
CONSTANT = 0.05
"""Predictions that vary less than this part of what they did at the start no longer follow their input."""


class Kind(enum.Enum):
    """How a run ended."""

    REACHED = "reached"
    MISSED = "missed"
    NEAR = "near"
    """So close to the target that rounding decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training from one seed."""

    seed: int
    losses: tuple[float, ...]
    """Before training and after each stage; NaN where a prediction was not finite."""
    below: float
    """The target."""
    moved: bool
    """Whether the predictions changed at all."""
    spread: tuple[float, float]
    """How much predictions differed from input to input, before and after training."""

    def kind(self, margin: float) -> Kind:
        """How it ended; ``margin`` is relative to the target."""
        last = self.losses[-1]
        if not math.isfinite(last) or self.losses[0] < self.below:
            return Kind.MISSED  # a network that is good before training was not trained by what is judged
        if abs(last - self.below) <= margin * self.below:
            return Kind.NEAR
        return Kind.REACHED if last < self.below else Kind.MISSED

    def same(self, other: Run) -> bool:
        """Whether another run came to the same losses, but for rounding."""
        return all(
            (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)
            for a, b in zip(self.losses, other.losses, strict=True)
        )

    def rounded(self) -> list[float | None]:
        """The losses with three digits; None where there is no finite one."""
        return [float(f"{loss:.3g}") if math.isfinite(loss) else None for loss in self.losses]

    def shown(self) -> str:
        """The losses for a message."""
        return " → ".join(f"{loss:.3g}" for loss in self.losses)


@dataclass(frozen=True, slots=True)
class CurveFinding:
    """What is wrong with most runs, and one of them."""

    code: str
    sentence: str
    hint: str
    run: Run


_TOLD = {
    "training-not-finite": (
        "The network's predictions become nan or inf.",
        "A learning rate that is too high does this, and so does the logarithm of 0.",
    ),
    "training-diverged": (
        "The loss grows instead of falling: training diverges.",
        "Is the learning rate too high? Does each step go downhill, and are gradients forgotten after it?",
    ),
    "training-fresh": (
        "The loss is below the target before any training.",
        "The network has to start from random parameters.",
    ),
    "training-flat": (
        "Nothing is learned: the predictions before and after training are the same.",
        "Does the optimizer hold the parameters of this network? Are backward and step called?",
    ),
    "training-constant": (
        "The network learns to give nearly the same output for every input.",
        "Do prediction and y have the same shape in the loss? (n, 1) minus (n,) compares all with all.",
    ),
    "training-jumps": (
        "The loss jumps up and down.",
        "The learning rate may be too high, or gradients of earlier iterations are still there.",
    ),
    "training-stuck": (
        "The network changes, but its loss does not fall.",
        "Is the loss that you minimise the one that the question names, for the right labels?",
    ),
    "training-slow": (
        "The loss falls, but too slowly to reach the target.",
        "Is the learning rate too low? Are all parameters trained, and all iterations run?",
    ),
    "training-plateau": (
        "The loss falls and then stays above the target.",
        "Can this network represent it: are activation, width and biases right, is the output free?",
    ),
}


def diagnose(missed: Sequence[Run]) -> CurveFinding:
    """What most of the runs that missed the target have in common; the first such run stands for all."""
    codes = [code_of(run) for run in missed]
    counts = Counter(codes)
    code = max(counts, key=lambda c: (counts[c], -codes.index(c)))
    return CurveFinding(code, *_TOLD[code], missed[codes.index(code)])


def code_of(run: Run) -> str:
    """The course of one run, by name."""
    first, last, losses = run.losses[0], run.losses[-1], run.losses
    if not all(map(math.isfinite, losses)):
        return "training-not-finite"
    if first < run.below:
        return "training-fresh"
    if not run.moved:
        return "training-flat"
    if last > GROWN * first:
        return "training-diverged"
    if run.spread[1] < CONSTANT * run.spread[0]:
        return "training-constant"
    if _jumps(losses):
        return "training-jumps"
    if last > FALLEN * first:
        return "training-stuck"
    if last < STILL_FALLING * losses[-2]:
        return "training-slow"
    return "training-plateau"


def _jumps(losses: Sequence[float]) -> bool:
    """Whether the loss rose a lot between two stages."""
    return any(later > JUMPED * earlier for earlier, later in itertools.pairwise(losses))
