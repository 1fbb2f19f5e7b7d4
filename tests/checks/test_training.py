"""A training is judged by losses that the grader computes, over several seeds, whatever the training says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.curves import Run, code_of
from autograder.checks.training import converges
from autograder.errors import StudentError, UsageError
from autograder.verdict import Verdict

X = np.linspace(-1, 1, 40).reshape(40, 1)
Y = X**2
INPUTS, TARGETS = torch.tensor(X, dtype=torch.float32), torch.tensor(Y, dtype=torch.float32)


def make(seed, width=20, activation=nn.Tanh):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(1, width), activation(), nn.Linear(width, 1))


def start(seed, rate=0.02, **kind):
    net = make(seed, **kind)
    return net, torch.optim.Adam(net.parameters(), lr=rate)


def advance(state, iterations, targets=TARGETS):
    net, optimizer = state
    for _ in range(iterations):
        loss = ((net(INPUTS) - targets) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def judge(**changes):
    return converges(
        **{
            "start": start,
            "advance": advance,
            "predict": lambda state: state[0](INPUTS),
            "loss": lambda prediction: np.mean((prediction - Y) ** 2),
            "shape": (40, 1),
            "below": 0.5 * Y.var(),
            "stages": (30, 90),
            **changes,
        }
    )


def test_good_training_passes_after_as_many_seeds_as_are_needed() -> None:
    outcome = judge()
    assert outcome.passed, outcome
    assert list(outcome.evidence["curves"]) == ["0", "1", "2"]
    assert outcome.evidence["iterations"] == [0, 30, 120]
    assert all(len(curve) == 3 and curve[0] > curve[2] for curve in outcome.evidence["curves"].values())


def test_the_same_training_gives_the_same_outcome() -> None:
    assert judge(stages=(2, 2)) == judge(stages=(2, 2))


def sgd(seed, rate):
    net = make(seed)
    return net, torch.optim.SGD(net.parameters(), lr=rate)


def no_step(state, iterations):
    for _ in range(iterations):
        ((state[0](INPUTS) - TARGETS) ** 2).mean().backward()


def uphill(state, iterations):
    net, optimizer = state
    for _ in range(iterations):
        (-((net(INPUTS) - TARGETS) ** 2).mean()).backward()
        optimizer.step()
        optimizer.zero_grad()


def all_with_all(state, iterations):
    net, optimizer = state
    for _ in range(iterations):
        ((net(INPUTS) - TARGETS[:, 0]) ** 2).mean().backward()
        optimizer.step()
        optimizer.zero_grad()


def other_parameters(seed):
    net = make(seed)
    return net, torch.optim.Adam(make(seed).parameters(), lr=0.02)


def trained(seed):
    state = start(seed)
    advance(state, 200)
    return state


WRONG = {
    "no step": ({"advance": no_step}, "training-flat"),
    "optimizer of another network": ({"start": other_parameters}, "training-flat"),
    "uphill": ({"advance": uphill}, "training-diverged"),
    "learning rate far too high": ({"start": lambda s: sgd(s, 1e20)}, "training-not-finite"),
    "learning rate too low": ({"start": lambda s: start(s, 3e-4)}, "training-slow"),
    "no activation": ({"start": lambda s: start(s, activation=nn.Identity)}, "training-constant"),
    "all with all": ({"advance": all_with_all}, "training-constant"),
    "trained before": ({"start": trained}, "training-fresh"),
    "no seed": ({"start": lambda s: start(np.random.default_rng().integers(2**31))}, "seed-not-used"),
    "seed ignored": ({"start": lambda s: start(0)}, "seed-ignored"),
    "predictions of another shape": ({"predict": lambda state: state[0](INPUTS)[:, 0]}, "predictions-shape"),
    "complex predictions": ({"predict": lambda state: 1j * state[0](INPUTS)}, "predictions-dtype"),
    "no predictions": ({"predict": lambda state: "good"}, "predictions-unreadable"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_training_fails_by_its_code(name) -> None:
    changes, code = WRONG[name]
    outcome = judge(**changes)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome


def test_a_failing_training_shows_its_losses_and_who_computed_them() -> None:
    outcome = judge(advance=no_step)
    assert outcome.expected == "a loss below 0.049 after 120 iterations"
    assert outcome.got.endswith("(seed 0; iterations 0, 30, 120)")
    assert "Seen for 3 of 3 seeds; the loss was computed by the grader." in outcome.message
    assert "optimizer" in outcome.hint


def test_training_that_cannot_be_repeated_is_called_so() -> None:
    generator = torch.Generator()
    generator.seed()

    def noisy(state, iterations):
        with torch.no_grad():
            for parameter in state[0].parameters():
                parameter += torch.randn(parameter.shape, generator=generator)

    outcome = judge(advance=noisy)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "not-deterministic"), outcome


class Scripted:
    """A training whose losses are given: for each seed, one before training and one for each stage."""

    def __init__(self, *curves) -> None:
        self.curves = curves
        self.tried = []

    def start(self, seed):
        self.tried.append(seed)
        return [seed, 0]

    @staticmethod
    def advance(state, iterations):
        state[1] += 1

    def judge(self, **options):
        return converges(
            start=self.start,
            advance=self.advance,
            predict=lambda state: np.array([self.curves[state[0]][state[1]], float(state[0])]),
            loss=lambda prediction: prediction[0],
            shape=(2,),
            **{
                "below": 1.0,
                "stages": (10,) * (len(self.curves[0]) - 1),
                "seeds": tuple(range(len(self.curves))),
                **options,
            },
        )


GOOD, BAD, NEAR = (4.0, 0.5), (4.0, 3.0), (4.0, 1.001)


@pytest.mark.parametrize(
    ("curves", "verdict"),
    [
        ([BAD, GOOD, GOOD, GOOD, BAD], Verdict.PASS),
        ([GOOD, BAD, BAD, BAD, GOOD], Verdict.FAIL),
        ([BAD, BAD, GOOD, GOOD, GOOD], Verdict.PASS),
        ([NEAR, GOOD, GOOD, GOOD, BAD], Verdict.PASS),
        ([NEAR, BAD, BAD, BAD, GOOD], Verdict.FAIL),
        ([NEAR, GOOD, BAD, GOOD, BAD], Verdict.INCONCLUSIVE),
    ],
)
def test_most_seeds_decide(curves, verdict) -> None:
    assert Scripted(*curves).judge().verdict is verdict


def test_no_more_seeds_are_tried_than_decide() -> None:
    training = Scripted(GOOD, BAD, GOOD, GOOD, BAD)
    assert training.judge(seeded=False).passed
    assert training.tried == [0, 1, 2, 3]


def test_all_seeds_can_be_needed() -> None:
    assert Scripted(GOOD, GOOD, BAD).judge(needed=3).verdict is Verdict.FAIL
    assert Scripted(GOOD, GOOD, GOOD).judge(needed=3).passed


def test_what_is_not_finite_is_null_in_the_evidence() -> None:
    outcome = Scripted((4.0, np.inf), (4.0, np.inf)).judge()
    assert outcome.evidence["curves"] == {"0": [4.0, None]}
    assert outcome.code == "training-not-finite"


CURVES = {
    "training-not-finite": (4.0, np.nan, 1.5),
    "training-fresh": (0.5, 2.0, 3.0),
    "training-diverged": (4.0, 6.0, 9.0),
    "training-jumps": (4.0, 1.5, 3.0),
    "training-stuck": (4.0, 4.1, 3.99),
    "training-slow": (4.0, 3.0, 2.0),
    "training-plateau": (4.0, 2.0, 1.99),
}


@pytest.mark.parametrize("code", CURVES)
def test_each_course_of_the_losses_has_a_name(code) -> None:
    run = Run(seed=0, losses=CURVES[code], below=1.0, moved=True, spread=(1.0, 1.0))
    assert code_of(run) == code


def test_the_students_exception_is_theirs() -> None:
    def raises(state, iterations):
        raise RuntimeError("size mismatch")

    with pytest.raises(StudentError, match="size mismatch"):
        judge(advance=raises)


@pytest.mark.parametrize("wrong", [{"stages": ()}, {"needed": 6}, {"seeds": (1, 1)}, {"below": 0.0}])
def test_a_rule_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(UsageError):
        judge(**wrong)
