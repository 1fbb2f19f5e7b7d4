"""Why a network computes something else than the right one: which wrong network fits, or where they part.

The usual mistakes are tried as networks (``network_variants``); else the settings of layers are compared, and
then what arrives at each layer with weights.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograder.checks import network_probe as probe
from autograder.checks.network_variants import Variant, name_of, variants
from autograder.checks.twins import output_of, weighted

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[Any]

TOLERANCE = 1e-3
"""Of outputs. What the last layer with weights gives has standard deviation 1; float32 rounding is a thousand
times smaller than this."""


def same(one: Array, other: Array) -> bool:
    """Whether two outputs are the same but for rounding."""
    return one.shape == other.shape and np.allclose(one, other, rtol=0, atol=TOLERANCE)


def fitting(right: nn.Sequential, images: Array, output: Array, *, training: bool) -> Variant | None:
    """The first network with a usual mistake that computes this output."""
    for variant in variants(right):
        try:
            wrong = output_of(variant.network, images, training=training)
        except (RuntimeError, ValueError):  # the mistake makes no sense here
            continue
        if same(output, wrong):
            return variant
    return None


class Settings(NamedTuple):
    """A layer with other settings than it should have."""

    name: str
    right: str
    mine: str
    """The layer that stands in its place; empty if there is none."""


def other_settings(right: nn.Sequential, facts: dict[str, Any], *, missing: bool = False) -> Settings | None:
    """The first layer of the right network of which another one of its kind stands in the student's.

    Args:
        right: the right network.
        facts: of the student's network, see ``network_probe``.
        missing: find layers with weights that do not exist, too.
    """
    theirs = [(name, f"{name}({settings})") for name, settings in facts["layers"]]
    layers = list(right)
    left = Counter(text for _, text in theirs)
    wrong = []
    for index, layer in enumerate(layers):
        text = f"{type(layer).__name__}({layer.extra_repr()})"
        if left[text]:
            left[text] -= 1
        else:
            wrong.append((index, layer, text))
    for index, layer, text in wrong:
        mine = next((other for name, other in theirs if name == type(layer).__name__ and left[other]), "")
        if mine or (missing and list(layer.parameters())):
            return Settings(name_of(layers, index), text, mine)
    return None


def first_difference(right: nn.Sequential, images: Array, calls: list[Any]) -> str:
    """Up to which layer with weights all is right, as a sentence.

    Args:
        right: the right network.
        images: what both were given.
        calls: of the student's network, see ``network_probe.run``.
    """
    expected = probe.run(right, images, False)["calls"]
    names = {str(index): name_of(list(right), index) for index, _ in weighted(right)}
    expected = [call for call in expected if call[0] in names]
    kinds = {call[1] for call in expected}
    mine = [call for call in calls if call[1] in kinds]
    for one, other in zip(expected, mine, strict=False):
        name = names[one[0]]
        if one[2] != other[2] or not np.allclose(one[4], other[4], rtol=TOLERANCE, atol=TOLERANCE):
            return f"What arrives at the {name} is not what should."
        if one[3] != other[3] or not np.allclose(one[5], other[5], rtol=TOLERANCE, atol=TOLERANCE):
            return f"What arrives at the {name} is right, what leaves it is not."
    return "What leaves the last layer with weights is right." if len(mine) == len(expected) else ""
