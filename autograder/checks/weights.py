"""Put trained weights into a student's network, wherever that lives, and say what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from autograder.checks.calling import ask, beside
from autograder.verdict import PASSED, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

SHOWN = 3
"""How many names a message lists."""


def load_weights(
    network: Any, weights: Mapping[str, NDArray[Any]], *, file: str = "weights.safetensors"
) -> Outcome:
    """Put ``weights`` into ``network``, all or nothing.

    Example::

        network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
        outcome = load_weights(network, {"0.weight": np.zeros((4, 1, 3, 3)), "0.bias": np.zeros(4)})

    Args:
        network: an ``nn.Module``, or the handle of one.
        weights: arrays by the names of its ``state_dict``.
        file: where they come from, for the message.

    Returns:
        A pass, and the network holds the weights; or what does not fit: names that are missing or too many, a
        shape, numbers that are not finite.

    Raises:
        StudentError: ``network`` does not exist or raised.
    """
    arrays = dict(weights)
    bad = [name for name, array in arrays.items() if not np.all(np.isfinite(array))]
    if bad:
        return _fail(
            "weights-not-finite",
            f"{file} holds numbers that are not finite, so training diverged before they were saved.",
            "finite numbers",
            f"nan or inf in {_some(bad)}",
        )
    wanted = ask(beside(network, state_shapes), network)
    if not isinstance(wanted, dict):
        return _fail("not-a-module", "The network is not an nn.Module.", "an nn.Module", "something else")
    shapes = {name: tuple(shape) for name, shape in wanted.items()}
    missing = [name for name in shapes if name not in arrays]
    unknown = [name for name in arrays if name not in shapes]
    if missing or unknown:
        wrong = f"no weights for {_some(missing)}" if missing else f"weights for {_some(unknown)}"
        return _fail(
            "weights-names",
            f"{file} belongs to another network: its names are not those of the one in the notebook.",
            f"the {len(shapes)} names of network.state_dict()",
            f"{len(arrays)} names; {wrong}" + ("" if missing else ", which the network does not have"),
            "Were the weights saved from the class that is in the notebook now?",
        )
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            return _fail(
                "weights-shape",
                f"A shape in {file} is not that of the network in the notebook.",
                f"{name} of shape {shape}",
                f"{name} of shape {arrays[name].shape}",
                "Were the weights saved from the class that is in the notebook now?",
            )
    ask(beside(network, put_state), network, arrays)
    return PASSED


def trained(function: Callable[..., Any]) -> dict[str, NDArray[Any]]:
    """The ``state_dict`` of the network that a student's ``function()`` trains and returns, as arrays.

    Raises:
        StudentError: the function raised.
    """
    state: dict[str, NDArray[Any]] = ask(beside(function, call_for_state), function)
    return state


def _some(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _fail(code: str, message: str, expected: str, got: str, hint: str = "") -> Outcome:
    return Outcome(verdict=Verdict.FAIL, code=code, message=message, expected=expected, got=got, hint=hint)


# What follows runs beside the network, in the student process.


def state_shapes(network: Any) -> Any:
    """Shapes of the ``state_dict``, by name."""
    if not isinstance(network, torch.nn.Module):
        return None
    return {name: list(tensor.shape) for name, tensor in network.state_dict().items()}


def put_state(network: Any, arrays: Any) -> None:
    """Load arrays by name."""
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})


def call_for_state(function: Any) -> Any:
    """Train, and give the ``state_dict`` as arrays."""
    network = function()
    return {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
