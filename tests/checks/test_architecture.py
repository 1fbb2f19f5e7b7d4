"""The architecture check judges what a network computes, however it is written, and names usual mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from autograder.checks.architecture import architecture
from autograder.verdict import Outcome, Verdict

SHAPE = (1, 16, 16)


def layers() -> list[nn.Module]:
    return [
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3), nn.Conv2d(4, 2, 2),
        nn.Flatten(), nn.Linear(18, 5), nn.ReLU(), nn.Linear(5, 1), nn.Sigmoid(),
    ]  # fmt: skip


def right() -> nn.Sequential:
    return nn.Sequential(*layers())


def edited(index: int, *new: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        changed = layers()
        changed[index : index + 1] = [layer() for layer in new]
        return nn.Sequential(*changed)

    return make


def judged(make: Callable[[], Any]) -> Outcome:
    return architecture(make, like=right, shape=SHAPE)


class Functions(nn.Module):
    """Functions instead of layers, and layers registered in another order than they are used in."""

    def __init__(self) -> None:
        super().__init__()
        self.last, self.first = nn.Linear(5, 1), nn.Linear(18, 5)
        self.norm = nn.BatchNorm2d(4)
        self.conv2, self.conv1 = nn.Conv2d(4, 2, 2), nn.Conv2d(1, 4, 3)

    def see(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv1(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv2(F.relu(F.max_pool2d(self.see(x), 3)))
        return torch.sigmoid(self.last(F.relu(self.first(x.flatten(1)))))


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList([nn.Sequential(*layers()[:4]), nn.Sequential(*layers()[4:])])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.parts[1](self.parts[0](x))


@pytest.mark.parametrize("make", [right, Functions, Nested])
def test_every_spelling_of_the_network_passes(make) -> None:
    outcome = judged(make)
    assert outcome.passed, outcome
    assert outcome.evidence["parameters"] == sum(p.numel() for p in right().parameters())


class Listed(Functions):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = [self.conv1]
        del self.conv1

    def see(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.hidden[0](x))


class Tied(Functions):
    def see(self, x: torch.Tensor) -> torch.Tensor:
        return super().see(x + torch.zeros(1, device="cpu"))


class TiedTensor(Functions):
    def __init__(self) -> None:
        super().__init__()
        self.zero = torch.zeros(2)

    def see(self, x: torch.Tensor) -> torch.Tensor:
        return super().see(x + self.zero.sum().repeat(1, 1, 1, 1).repeat(len(x), 1, 1, 1))


class Detached(Functions):
    def see(self, x: torch.Tensor) -> torch.Tensor:
        return super().see(x).detach()


class AlwaysTraining(Functions):
    def see(self, x: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(self.conv1(x), None, None, self.norm.weight, self.norm.bias, training=True)


MISTAKES: list[tuple[Callable[[], Any], str]] = [
    (lambda: 3, "not-a-module"),
    (edited(2), "activation-missing"),
    (edited(7), "activation-missing"),
    (edited(7, nn.GELU), "activation-other"),
    (edited(9), "sigmoid-missing"),
    (edited(9, nn.Sigmoid, nn.Sigmoid), "sigmoid-twice"),
    (edited(9, lambda: nn.Softmax(dim=1)), "activation-other"),
    (edited(3, lambda: nn.AvgPool2d(3)), "pool-average"),
    (edited(4, lambda: nn.Conv2d(4, 2, 2), nn.ReLU), "activation-too-many"),
    (edited(8, lambda: nn.Linear(5, 1), nn.ReLU), "activation-too-many"),
    (edited(0, lambda: nn.Conv2d(1, 4, 5)), "layer-settings"),
    (edited(0, lambda: nn.Conv2d(1, 4, 3, bias=False)), "layer-settings"),
    (edited(0, lambda: nn.Conv2d(1, 4, 3, padding=2)), "layer-settings"),
    (edited(3, lambda: nn.MaxPool2d(3, stride=1)), "layer-settings"),
    (edited(5, lambda: nn.Flatten(0)), "layer-settings"),
    (edited(1, nn.Identity), "layer-settings"),
    (edited(1, lambda: nn.BatchNorm2d(4, momentum=0.5)), "layer-settings"),
    (edited(1, lambda: nn.BatchNorm2d(4, track_running_stats=False)), "layer-settings"),
    (edited(7, nn.ReLU, lambda: nn.Dropout(0.5)), "training-mode"),
    (edited(9, nn.Sigmoid, lambda: nn.Flatten(0)), "output-shape"),
    (Listed, "not-registered"),
    (TiedTensor, "device"),
    (Detached, "gradient-missing"),
]


@pytest.mark.parametrize(("make", "code"), MISTAKES)
def test_a_mistake_is_called_by_its_name(make, code: str) -> None:
    outcome = judged(make)
    assert outcome.code == code, outcome
    assert outcome.verdict is Verdict.FAIL
    assert outcome == judged(make)


def test_batch_norm_that_never_leaves_training_mode_is_found() -> None:
    outcome = judged(AlwaysTraining)
    assert not outcome.passed, outcome


def test_a_forward_pass_that_raises_shows_how_far_it_came() -> None:
    class Raises(Functions):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.see(x).flatten(1))

    outcome = judged(Raises)
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "forward-raised")
    assert "BatchNorm2d (3, 4, 14, 14)" in outcome.got


def test_what_is_not_written_yet_is_for_the_caller_to_say() -> None:
    def make() -> nn.Module:
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        judged(make)


def test_the_check_leaves_the_global_random_numbers_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    network = right()
    state = torch.random.get_rng_state()
    architecture(lambda: network, like=right, shape=SHAPE)
    assert torch.equal(state, torch.random.get_rng_state())
    assert expected.shape == (3,)


def test_layers_that_find_their_sizes_out_themselves_are_not_written_out() -> None:
    outcome = judged(edited(6, lambda: nn.LazyLinear(5)))
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "layer-unsized"), outcome
    assert "LazyLinear" in outcome.message


def test_a_network_that_answers_on_another_device_is_found() -> None:
    class Returns(Functions):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x).cpu()

    outcome = judged(Returns)
    assert outcome.code == "device", outcome
    assert "'cpu'" in outcome.got
