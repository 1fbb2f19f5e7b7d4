"""Whether code moves what it is given is judged without a second device; weights go in by name, or not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.devices import device_agnostic
from autograder.checks.weights import load_weights


def moves(network, x, device):
    return network.to(device)(x.to(device)).cpu().sum().item()


def prints(network, x, device):
    y = network.to(device)(x.to(device))
    return f"{y.sum():.2f}", float(y.mean()), bool(y.max() > 0), y.detach().to("cpu").numpy()


def leaves_the_input(network, x, device):
    return network.to(device)(x)


def throws_away(network, x, device):
    x.to(device)
    return network.to(device)(x)


def leaves_the_network(network, x, device):
    return network(x.to(device))


def ignores(network, x, device):
    return network(x)


def writes_cuda(network, x, device):
    return network.to("cuda")(x.to("cuda"))


@pytest.mark.parametrize("function", [moves, prints])
def test_code_that_moves_all_passes(function) -> None:
    outcome = device_agnostic(function, nn.Linear(3, 1), torch.ones(2, 3), call="f(network, x, device)")
    assert outcome.passed, outcome


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (leaves_the_input, "device-mixed"),
        (throws_away, "device-mixed"),
        (leaves_the_network, "device-mixed"),
        (ignores, "device-ignored"),
    ],
)
def test_what_stays_behind_is_found(function, code: str) -> None:
    outcome = device_agnostic(function, nn.Linear(3, 1), torch.ones(2, 3), call="f(network, x, device)")
    assert outcome.code == code
    assert not outcome.passed


def test_a_device_written_into_the_code_is_found() -> None:
    assert not device_agnostic(writes_cuda, nn.Linear(3, 1), torch.ones(2, 3), call="f()").passed


def state(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}


def test_weights_arrive_in_the_network() -> None:
    source, target = (nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)) for _ in range(2))
    assert load_weights(target, state(source)).passed
    assert all(
        np.array_equal(a, b) for a, b in zip(state(source).values(), state(target).values(), strict=True)
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda w: w.pop("bias"), "weights-names"),
        (lambda w: w.update(other=np.zeros(1)), "weights-names"),
        (lambda w: w.update(weight=np.zeros((1, 4))), "weights-shape"),
        (lambda w: w.update(bias=np.array([np.nan])), "weights-not-finite"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change, code: str) -> None:
    network = nn.Linear(3, 1)
    before, weights = state(network), state(nn.Linear(3, 1))
    change(weights)
    outcome = load_weights(network, weights)
    assert outcome.code == code
    assert all(np.array_equal(before[name], value) for name, value in state(network).items())
