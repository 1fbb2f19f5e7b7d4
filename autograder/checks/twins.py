"""The same weights in a student's network and in the right one, so that what they compute can be compared.

::

    network, right = twins(student.make_network, lecture_network, images)
    output_of(right, images, training=False)  # what the student's network has to say of them
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from autograder.checks import network_probe as probe
from autograder.checks.calling import ask, beside
from autograder.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]

ATTEMPTS = 20
LEAST_SPREAD = 1e-3
"""Weights by which inputs differ less in their outputs are not used."""


def give_weights(network: Any, right: nn.Module, called: Sequence[str] = ()) -> list[list[str]]:
    """Overwrite the weights of a student's network by those of the right one.

    The k-th parameter of a shape gets the values of the k-th of that shape, and buffers likewise.

    Args:
        network: the student's network.
        right: the right one.
        called: full names of the layers of ``network`` in the order in which a forward pass meets them.

    Returns:
        The names of the parameters and of the buffers, in this order.
    """
    names: list[list[str]] = ask(beside(network, probe.owners), network, list(called))
    facts = ask(beside(network, probe.facts), network)
    shapes = {name: list(shape) for name, shape in [*facts["parameters"], *facts["buffers"]]}
    values: dict[str, Array] = {}
    for mine, theirs in zip(names, (right.parameters(), right.buffers()), strict=True):
        waiting = [tensor.detach().numpy() for tensor in theirs]
        for name in mine:
            fits = [i for i, value in enumerate(waiting) if list(value.shape) == shapes[name]]
            if fits:
                values[name] = waiting.pop(fits[0])
    ask(beside(network, probe.put), network, values)
    return names


def twins(
    make: Callable[[], Any],
    like: Callable[[], nn.Sequential],
    images: Array,
    *,
    seed: int = 0,
    training: bool = False,
) -> Any:
    """A student's network and the right one with the same weights, for questions about what is done with it.

    Args:
        make: the student's function that makes a network; another question judges it.
        like: makes the right one.
        images: a batch that both are used with.
        seed: number from which the weights are derived.
        training: they will be used in training mode, so let the outputs be moderate there.

    Returns:
        The student's network, and the grader's.
    """
    right = prepared(like, images, seed, training=training)
    network = ask(make)
    found = ask(beside(network, probe.run), network, images, False)
    give_weights(network, right, [name for name, *_ in found["calls"]])
    return network, right


def prepared(
    like: Callable[[], nn.Sequential], images: Array, seed: int, *, training: bool = False
) -> nn.Sequential:
    """The right network with weights that make mistakes visible.

    Batch norms have scales of both signs and running statistics of their own, and what the last layer
    with weights gives for ``images`` has mean 0 and standard deviation 1, in evaluation or in training mode.
    """
    for attempt in range(ATTEMPTS):
        network = _with_weights(like, seed + 1000 * attempt)
        index, last = weighted(network)[-1]
        if not isinstance(last, nn.Linear | nn.Conv2d) or last.bias is None:
            return network
        output = torch.tensor(output_of(network[: index + 1], images, training=training))
        spread, mean = output.std(), output.mean()
        if spread > LEAST_SPREAD:
            with torch.no_grad():
                last.weight.div_(spread)
                last.bias.copy_((last.bias - mean) / spread)
            return network
    raise UsageError("the right network gives nearly the same output for different inputs")


def _with_weights(like: Callable[[], nn.Sequential], seed: int) -> nn.Sequential:
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = like()
    with torch.no_grad():
        for layer in network:
            if (
                isinstance(layer, nn.BatchNorm2d)
                and layer.running_mean is not None
                and layer.running_var is not None
            ):
                sign = torch.randint(0, 2, layer.weight.shape, generator=generator) * 2 - 1
                layer.weight.copy_(sign * (0.5 + torch.rand(layer.weight.shape, generator=generator)))
                layer.bias.copy_(0.5 * torch.randn(layer.bias.shape, generator=generator))
                layer.running_mean.copy_(0.3 * torch.randn(layer.bias.shape, generator=generator))
                layer.running_var.copy_(0.5 + torch.rand(layer.bias.shape, generator=generator))
    return network


def output_of(network: nn.Module, images: Array, *, training: bool) -> Array:
    """What a network of the grader gives; its running statistics move if ``training``."""
    network.train(training)
    with torch.no_grad():
        output: Array = network(torch.tensor(images)).numpy()
    return output


def weighted(network: nn.Sequential) -> list[tuple[int, nn.Module]]:
    """The layers that hold parameters, and where they stand."""
    return [(i, layer) for i, layer in enumerate(network) if list(layer.parameters(recurse=False))]


def blocks(count: int, shape: tuple[int, ...], seed: int) -> Array:
    """Images of random blocks, so that what is learned from noise does not average out."""
    rng = np.random.default_rng(seed)
    *channels, height, width = shape
    coarse = rng.normal(size=(count, *channels, -(-height // 8), -(-width // 8)))
    fine = np.kron(coarse, np.ones((8, 8)))[..., :height, :width]
    return (fine + 0.3 * rng.normal(size=(count, *shape))).astype(np.float32)
