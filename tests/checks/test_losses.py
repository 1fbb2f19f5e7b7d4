"""Losses on torch tensors: value, gradient, the way back, and the usual mistakes."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from autograder.checks.inputs import classification, together
from autograder.checks.losses import loss
from autograder.verdict import Verdict

PAIRS = together([((n, 1), (n,)) for n in (1, 2, 3, 5)])


def l2(function, **options):
    return loss(
        function, like=lambda p, y: torch.mean((p[:, 0] - y) ** 2), inputs=PAIRS, examples=30, **options
    )


def cross_entropy(function, scale=1.0):
    return loss(
        function,
        like=functional.cross_entropy,
        inputs=classification(scale=scale),
        names=("logits", "labels"),
        examples=30,
    )


RIGHT_L2 = {
    "index": lambda p, y: torch.mean((p[:, 0] - y) ** 2),
    "reshape": lambda p, y: ((p.reshape(-1) - y) ** 2).sum() / len(y),
    "torch": lambda p, y: functional.mse_loss(p, y[:, None]),
    "dot": lambda p, y: (p[:, 0] - y) @ (p[:, 0] - y) / len(y),
}


@pytest.mark.parametrize("name", RIGHT_L2)
def test_right_l2_losses_pass(name) -> None:
    outcome = l2(RIGHT_L2[name])
    assert outcome.passed, outcome


RIGHT_CROSS_ENTROPY = {
    "torch": functional.cross_entropy,
    "logsumexp": lambda z, y: (torch.logsumexp(z, 1) - z[torch.arange(len(y)), y]).mean(),
    "gather": lambda z, y: -torch.log_softmax(z, 1).gather(1, y[:, None]).mean(),
    "one-hot": lambda z, y: -(torch.log_softmax(z, 1) * functional.one_hot(y, z.shape[1])).sum() / len(y),
}


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize("name", RIGHT_CROSS_ENTROPY)
def test_right_cross_entropies_pass(name, scale) -> None:
    outcome = cross_entropy(RIGHT_CROSS_ENTROPY[name], scale)
    assert outcome.passed, outcome


WRONG_L2 = {
    "all with all": (lambda p, y: torch.mean((p - y) ** 2), "loss-all-with-all"),
    "sum": (lambda p, y: torch.sum((p[:, 0] - y) ** 2), "loss-sum"),
    "half": (lambda p, y: torch.mean((p[:, 0] - y) ** 2) / 2, "loss-half"),
    "sign": (lambda p, y: -torch.mean((p[:, 0] - y) ** 2), "loss-sign"),
    "root": (lambda p, y: torch.sqrt(torch.mean((p[:, 0] - y) ** 2)), "loss-root"),
    "not squared": (lambda p, y: torch.mean(torch.abs(p[:, 0] - y)), "loss-not-squared"),
    "not reduced": (lambda p, y: (p[:, 0] - y) ** 2, "loss-not-reduced"),
    "detached": (lambda p, y: torch.mean((p.detach()[:, 0] - y) ** 2), "loss-detached"),
    "item": (lambda p, y: torch.mean((p[:, 0] - y) ** 2).item(), "loss-detached"),
    "unknown": (lambda p, y: torch.mean((p[:, 0] - y) ** 4), "value-wrong"),
    "partly cut off": (lambda p, y: torch.mean((p[:, 0] - y) * (p[:, 0] - y).detach()), "gradient-factor"),
}


@pytest.mark.parametrize("name", WRONG_L2)
def test_wrong_l2_losses_fail_by_their_code(name) -> None:
    function, code = WRONG_L2[name]
    outcome = l2(function)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome


def test_a_buffer_in_single_precision_is_called_so() -> None:
    def square_by_square(p, y):
        squares = torch.zeros(len(y))
        for i in range(len(y)):
            squares[i] = (p[i, 0] - y[i]) ** 2
        return squares.mean()

    outcome = l2(square_by_square)
    assert (outcome.code, outcome.got) == ("value-dtype", "out = numbers of dtype float32")
    assert "dtype=x.dtype" in outcome.hint


def pick(table, y):
    return table[torch.arange(len(y)), y]


WRONG_CROSS_ENTROPY = {
    "softmax twice": (lambda z, y: functional.cross_entropy(torch.softmax(z, 1), y), "loss-softmax-twice"),
    "softmax over rows": (lambda z, y: -pick(torch.log_softmax(z, 0), y).mean(), "loss-softmax-axis"),
    "no log": (lambda z, y: -pick(torch.softmax(z, 1), y).mean(), "loss-without-log"),
    "no softmax": (lambda z, y: -pick(z, y).mean(), "loss-without-softmax"),
    "labels from 1": (lambda z, y: -pick(torch.log_softmax(z, 1), y - 1).mean(), "loss-labels-shifted"),
    "all labels": (lambda z, y: -torch.log_softmax(z, 1)[:, y].mean(), "loss-all-with-all"),
    "mean over all": (lambda z, y: functional.cross_entropy(z, y) / z.shape[1], "loss-mean-over-all"),
    "base two": (
        lambda z, y: functional.cross_entropy(z, y) / torch.log(torch.tensor(2.0).double()),
        "loss-base",
    ),
    "sum": (lambda z, y: functional.cross_entropy(z, y, reduction="sum"), "loss-sum"),
    "not reduced": (lambda z, y: functional.cross_entropy(z, y, reduction="none"), "loss-not-reduced"),
    "no minus": (lambda z, y: pick(torch.log_softmax(z, 1), y).mean(), "loss-sign"),
    "argmax": (lambda z, y: (z.argmax(1) != y).double().mean(), "loss-detached"),
}


@pytest.mark.parametrize("name", WRONG_CROSS_ENTROPY)
def test_wrong_cross_entropies_fail_by_their_code(name) -> None:
    function, code = WRONG_CROSS_ENTROPY[name]
    outcome = cross_entropy(function)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome


@pytest.mark.parametrize(
    "function",
    [
        lambda z, y: -pick(torch.log(torch.softmax(z, 1) + 1e-12), y).mean(),
        lambda z, y: (torch.log(torch.exp(z).sum(1)) - pick(z, y)).mean(),
    ],
    ids=["log of 0", "overflow"],
)
def test_large_logits_need_care(function) -> None:
    assert cross_entropy(function, scale=1.0).passed
    assert not cross_entropy(function, scale=1000.0).passed


def test_the_example_speaks_of_torch() -> None:
    outcome = l2(lambda p, y: torch.mean((p - y) ** 2), call="l2_loss(prediction, y)")
    first, second, *_ = outcome.example.splitlines()
    assert first.startswith("prediction = torch.tensor([[")
    assert first.endswith("requires_grad=True)")
    assert second.startswith("y = torch.tensor([")
