"""Hand-written optimizers against torch's, over whole trajectories."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.checks.optimizers import optimizer
from autograder.checks.step_mistakes import MISTAKES
from autograder.verdict import Verdict

HYPER = {
    "sgd": {"lr": (0.5, 0.125)},
    "momentum": {"lr": (0.5, 0.125), "momentum": (0.5, 0.75)},
    "adam": {"lr": (0.5, 0.125), "beta1": (0.5, 0.75), "beta2": (0.875, 0.9375), "eps": (0.125, 0.25)},
}
LIKE = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "adam": lambda p, lr, beta1, beta2, eps: torch.optim.Adam(p, lr=lr, betas=(beta1, beta2), eps=eps),
}


def judge(make, rule, **options):
    return optimizer(make, like=LIKE[rule], hyper=HYPER[rule], rule=rule, **options)


class Momentum:
    def __init__(self, parameters, lr, momentum) -> None:
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.velocities = [0.0 for _ in self.parameters]

    def step(self) -> None:
        for index, p in enumerate(self.parameters):
            self.velocities[index] = self.momentum * self.velocities[index] + p.grad
            p.data = p.data - self.lr * self.velocities[index]


class Adam:
    def __init__(self, parameters, lr, beta1, beta2, eps) -> None:
        self.parameters, self.lr, self.betas, self.eps, self.t = list(parameters), lr, (beta1, beta2), eps, 0
        self.memory = {id(p): (torch.zeros_like(p), torch.zeros_like(p)) for p in self.parameters}

    @torch.no_grad()
    def step(self) -> None:
        self.t += 1
        (b1, b2), t = self.betas, self.t
        for p in self.parameters:
            m, s = self.memory[id(p)]
            m = b1 * m + (1 - b1) * p.grad
            s = b2 * s + (1 - b2) * p.grad.square()
            self.memory[id(p)] = m, s
            p.sub_(self.lr * (m / (1 - b1**t)) / (torch.sqrt(s / (1 - b2**t)) + self.eps))


class NumpyMomentum(Momentum):
    def step(self) -> None:
        for index, p in enumerate(self.parameters):
            v = self.momentum * np.asarray(self.velocities[index]) + p.grad.numpy()
            self.velocities[index] = v
            p.data -= torch.from_numpy(np.asarray(self.lr * v))


@pytest.mark.parametrize(
    ("make", "rule"),
    [(Momentum, "momentum"), (NumpyMomentum, "momentum"), (Adam, "adam"), (torch.optim.SGD, "sgd")],
)
def test_right_optimizers_pass_however_they_are_written(make, rule) -> None:
    outcome = judge(make, rule)
    assert outcome.passed, outcome
    assert outcome.evidence["examples"] == 60


def planted(mistake):
    """An optimizer that makes a known mistake."""

    class Planted:
        def __init__(self, parameters, **hyper) -> None:
            self.parameters, self.hyper, self.past = list(parameters), hyper, []
            self.first = [p.detach().numpy().copy() for p in self.parameters]

        def step(self) -> None:
            self.past.append([p.grad.numpy().copy() for p in self.parameters])
            now = mistake.run(self.first, self.past, self.hyper)[-1]
            for p, value in zip(self.parameters, now, strict=True):
                p.data = torch.from_numpy(np.array(value))

    return Planted


KNOWN = [
    pytest.param(rule, mistake, id=f"{rule}: {mistake.sentence}")
    for rule, mistakes in MISTAKES.items()
    for mistake in mistakes
]


@pytest.mark.parametrize(("rule", "mistake"), KNOWN)
def test_each_known_mistake_is_named(rule, mistake) -> None:
    outcome = judge(planted(mistake), rule)
    assert outcome.verdict is Verdict.FAIL
    if outcome.code != "step-not-finite":
        assert outcome.code == mistake.code, outcome
        assert outcome.message.startswith(mistake.sentence)


def test_an_unknown_mistake_is_shown_but_not_named() -> None:
    class Odd(Momentum):
        def step(self) -> None:
            super().step()
            self.parameters[0].data *= 1.01

    outcome = judge(Odd, "momentum")
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "step-wrong")
    assert outcome.message.startswith("A step ends in the wrong place.")


def test_the_counterexample_is_small_and_can_be_pasted() -> None:
    class Forgetful(Momentum):
        def step(self) -> None:
            self.velocities = [0.0 for _ in self.parameters]
            super().step()

    outcome = judge(Forgetful, "momentum", call="Momentum(parameters, lr, momentum)")
    assert outcome.code == "step-momentum-forgotten"
    assert outcome.example.count("optimizer.step()") == 2
    scope = {"torch": torch, "Momentum": Forgetful}
    exec(outcome.example, scope)
    assert outcome.got == f"p after step 2 = {scope['p'].tolist()}".replace("p after step 2 = ", "")


def test_parameters_come_as_an_iterator() -> None:
    class Exhausted(Momentum):
        def __init__(self, parameters, lr, momentum) -> None:
            self.velocities = [0.0 for _ in parameters]
            self.parameters, self.lr, self.momentum = list(parameters), lr, momentum

    assert judge(Exhausted, "momentum").code == "step-nothing"


def test_what_raises_is_an_error() -> None:
    class Raises(Momentum):
        def step(self) -> None:
            raise ValueError("oh")

    outcome = judge(Raises, "momentum")
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "raised")
    assert "ValueError: oh" in outcome.message
