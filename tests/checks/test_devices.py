"""Code that would run on a GPU passes on the meta device, and code that leaves something behind does not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.checks.devices import device_agnostic
from autograder.verdict import Verdict

IMAGES, LABELS = torch.ones(3, 4), torch.tensor([1.0, 0.0, 1.0])


def by_slices(network, images, device):
    network.to(device)
    out = torch.empty(len(images))
    for start in range(0, len(images), 2):
        out[start : start + 2] = network(images[start : start + 2].to(device))[:, 0]
    return out


def by_mask(network, images, device):
    p = network.to(device)(images.to(device))[:, 0]
    y = LABELS.to(device)
    return -(p[y == 1].log().sum() + (1 - p[y == 0]).log().sum())


def number(network, images, device):
    return network.to(device)(images.to(device)).sum().item()


def images_not_moved(network, images, device):
    return network.to(device)(images)


def labels_not_moved(network, images, device):
    return network.to(device)(images.to(device))[:, 0] - LABELS


def device_ignored(network, images, device):
    return network(images)


@pytest.mark.parametrize("right", [by_slices, by_mask, number])
def test_right_code_passes(right) -> None:
    assert device_agnostic(right, nn.Linear(4, 1), IMAGES, call="f(network, images, device)").passed


@pytest.mark.parametrize("wrong", [images_not_moved, labels_not_moved, device_ignored])
def test_wrong_code_does_not(wrong) -> None:
    assert (
        device_agnostic(wrong, nn.Linear(4, 1), IMAGES, call="f(network, images, device)").verdict
        is Verdict.FAIL
    )
