"""The usual mistakes in update steps, as code: each gives the trajectory that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rule: TypeAlias = Literal["sgd", "momentum", "adam"]
Trajectory: TypeAlias = "list[list[Array]]"
Step: TypeAlias = Callable[[Array, dict[str, Any], int, Mapping[str, float]], Array]
"""From gradient, memory (of one parameter), number of the step and hyper-parameters: what is subtracted."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake."""

    code: str
    sentence: str
    """What is wrong, without a full stop."""
    hint: str
    step: Step
    first_only: bool = False
    """Only the first parameter is changed."""
    shared: bool = False
    """All parameters share one memory."""
    counted: bool = False
    """The number of the step goes up with each parameter."""

    def run(
        self,
        parameters: Sequence[Array],
        gradients: Sequence[Sequence[Array]],
        hyper: Mapping[str, float],
    ) -> Trajectory:
        """The parameters after each step, with this mistake."""
        now = [np.array(p) for p in parameters]
        memories: list[dict[str, Any]] = [{} for _ in now]
        seen: Trajectory = []
        for number, step in enumerate(gradients, start=1):
            for index, gradient in enumerate(step):
                if self.first_only and index:
                    continue
                memory = memories[0 if self.shared else index]
                count = (number - 1) * len(now) + index + 1 if self.counted else number
                with np.errstate(all="ignore"):
                    try:
                        now[index] = now[index] - self.step(gradient, memory, count, hyper)
                    except ValueError:  # a memory that is shared between shapes
                        now[index] = np.full_like(now[index], np.nan)
            seen.append([np.array(p) for p in now])
        return seen


def _kept(memory: dict[str, Any], name: str, value: Any) -> Any:
    memory[name] = value
    return value


def _momentum(
    *,
    sign: float = 1.0,
    forget: bool = False,
    average: bool = False,
    twice: bool = False,
    nesterov: bool = False,
    flipped: bool = False,
    decay: bool = True,
) -> Step:
    def step(g: Array, memory: dict[str, Any], number: int, hyper: Mapping[str, float]) -> Array:
        del number
        lr, mu = hyper["lr"], hyper["momentum"]
        before = 0.0 if forget else memory.get("v", np.zeros_like(g))
        new = (1 - mu) * g if average else lr * g if twice else g
        v = _kept(memory, "v", (mu if decay else 1.0) * before * (-1 if flipped else 1) + new)
        used = g + mu * v if nesterov else v
        return np.asarray(sign * lr * used)

    return step


def _plain(power: int = 1, size: float = 1.0) -> Step:
    def step(g: Array, memory: dict[str, Any], number: int, hyper: Mapping[str, float]) -> Array:
        del memory, number
        return np.asarray(size * hyper["lr"] ** power * g)

    return step


def _adam(
    *,
    correct: str = "both",
    eps: str = "outside",
    root: bool = True,
    swapped: bool = False,
    square: bool = True,
    sign: float = 1.0,
    forget: bool = False,
    power: int = 1,
    fixed: bool = False,
    compounded: bool = False,
    gradient: bool = False,
    sums: bool = False,
) -> Step:
    def step(g: Array, memory: dict[str, Any], number: int, hyper: Mapping[str, float]) -> Array:
        b1, b2 = hyper["beta1"], hyper["beta2"]
        if swapped:
            b1, b2 = b2, b1
        old = {} if forget else memory
        zero = np.zeros_like(g)
        w1, w2 = (1.0, 1.0) if sums else (1 - b1, 1 - b2)
        m = b1 * old.get("m", zero) + w1 * g
        s = b2 * old.get("s", zero) + w2 * (g**2 if square else np.abs(g))
        t = 1 if fixed else number
        m_hat = m / (1 - b1**t) if correct in ("both", "first") else m
        s_hat = s / (1 - b2**t) if correct in ("both", "second") else s
        memory["m"], memory["s"] = (m_hat, s_hat) if compounded else (m, s)
        under = np.sqrt(s_hat + hyper["eps"]) if eps == "inside" else (np.sqrt(s_hat) if root else s_hat)
        if eps == "outside":
            under = under + hyper["eps"]
        return np.asarray(sign * hyper["lr"] ** power * (g if gradient else m_hat) / under)

    return step


_UPHILL = "The steps go uphill", "Subtract: the gradient points in the direction in which the loss grows."
_LR_TWICE = "The learning rate is applied twice", "It scales the whole step, once."
_FIRST = "Only the first parameter is changed", "Does the loop reach every parameter?"

_NOTHING = Mistake(
    "step-nothing",
    "No parameter is changed",
    "net.parameters() can be looped over only once: make a list of it first.",
    _plain(size=0.0),
)

_SGD = (
    _NOTHING,
    Mistake("step-uphill", *_UPHILL, _plain(size=-1)),
    Mistake("step-learning-rate-twice", *_LR_TWICE, _plain(power=2)),
    Mistake(
        "step-no-learning-rate",
        "The learning rate is not used",
        "Each step is scaled by it.",
        _plain(power=0),
    ),
    Mistake("step-first-only", *_FIRST, _plain(), first_only=True),
)

_MOMENTUM = (
    _NOTHING,
    Mistake("step-uphill", *_UPHILL, _momentum(sign=-1)),
    Mistake(
        "step-momentum-forgotten",
        "The velocity is not kept from one step to the next: this is plain gradient descent",
        "Where does the velocity live between two calls of step?",
        _momentum(forget=True),
    ),
    Mistake(
        "step-velocity-sign",
        "The old velocity enters with the wrong sign",
        "The gradient is added to the velocity; only the parameter is lowered.",
        _momentum(flipped=True),
    ),
    Mistake(
        "step-momentum-average",
        "The gradient is scaled by 1 - momentum before it is added to the velocity",
        "That is another convention, and its steps are smaller. Compare with the formula.",
        _momentum(average=True),
    ),
    Mistake(
        "step-learning-rate-twice",
        "The learning rate is applied twice: in the velocity and in the step",
        "It belongs in one of the two places.",
        _momentum(twice=True),
    ),
    Mistake(
        "step-no-decay",
        "The old velocity is not multiplied by the momentum",
        "Without it the ball never slows down.",
        _momentum(decay=False),
    ),
    Mistake(
        "step-nesterov",
        "The step looks ahead (Nesterov's momentum)",
        "Here the parameter is lowered by the velocity itself.",
        _momentum(nesterov=True),
    ),
    Mistake("step-first-only", *_FIRST, _momentum(), first_only=True),
    Mistake(
        "step-memory-shared",
        "All parameters share one velocity",
        "Each parameter needs a velocity of its own.",
        _momentum(),
        shared=True,
    ),
)

_ADAM = (
    _NOTHING,
    Mistake(
        "step-count",
        "t is counted up for each parameter",
        "t is the number of the step: count it up once, before the loop over parameters.",
        _adam(),
        counted=True,
    ),
    Mistake("step-uphill", *_UPHILL, _adam(sign=-1)),
    Mistake("step-learning-rate-twice", *_LR_TWICE, _adam(power=2)),
    Mistake(
        "step-bias-correction",
        "The bias correction is missing",
        "Both means begin at 0. Divide them by 1 - beta ** t before they are used.",
        _adam(correct="none"),
    ),
    Mistake(
        "step-bias-correction",
        "Only the mean of the gradients is corrected, not that of their squares",
        "Both means begin at 0, so both have a hat.",
        _adam(correct="first"),
    ),
    Mistake(
        "step-bias-correction",
        "Only the mean of the squares is corrected, not that of the gradients",
        "Both means begin at 0, so both have a hat.",
        _adam(correct="second"),
    ),
    Mistake(
        "step-count",
        "The bias correction always uses t = 1",
        "t is the number of the step and has to be counted up.",
        _adam(fixed=True),
    ),
    Mistake(
        "step-hats-kept",
        "The corrected means are kept and corrected again in the next step",
        "Keep m and s as they are; the hats are used in this step only.",
        _adam(compounded=True),
    ),
    Mistake(
        "step-epsilon-inside",
        "Epsilon is added inside the square root",
        "It is added to the root, not to what the root is taken of.",
        _adam(eps="inside"),
    ),
    Mistake(
        "step-epsilon-missing",
        "Epsilon is missing",
        "Without it, a gradient of 0 leads to 0 / 0.",
        _adam(eps="none"),
    ),
    Mistake(
        "step-no-root",
        "The square root is missing",
        "Divide by the root of the mean of squares.",
        _adam(root=False),
    ),
    Mistake(
        "step-no-square",
        "The second mean is one of absolute gradients instead of squares",
        "Square each gradient before it enters the mean s.",
        _adam(square=False),
    ),
    Mistake(
        "step-moments-swapped",
        "The two betas are exchanged",
        "beta1 belongs to the mean of the gradients, beta2 to that of their squares.",
        _adam(swapped=True),
    ),
    Mistake(
        "step-memory-forgotten",
        "The means are not kept from one step to the next",
        "Where do they live between two calls of step?",
        _adam(forget=True),
    ),
    Mistake(
        "step-no-momentum",
        "The step uses the gradient where its mean belongs",
        "The numerator is the corrected mean of the gradients.",
        _adam(gradient=True),
    ),
    Mistake(
        "step-sums",
        "The means are sums: the factors 1 - beta are missing",
        "A running mean keeps beta of the old and takes 1 - beta of the new.",
        _adam(sums=True),
    ),
    Mistake("step-first-only", *_FIRST, _adam(), first_only=True),
)

MISTAKES: Mapping[str, Sequence[Mistake]] = {"sgd": _SGD, "momentum": _MOMENTUM, "adam": _ADAM}
