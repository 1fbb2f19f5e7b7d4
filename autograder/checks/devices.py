"""Judge whether code moves model and data to the device that it is given, on a machine with one device.

PyTorch's meta device has shapes and no numbers. It cannot be combined with the CPU, so what was left behind
shows, as it would on a GPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from autograder.checks.calling import ask, beside
from autograder.verdict import PASSED, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable


def device_agnostic(function: Callable[..., Any], network: Any, *args: Any, call: str) -> Outcome:
    """Does ``function(network, *args, "meta")`` work, and use the network on that device?

    Example::

        def predict(network, images, device):
            return network.to(device)(images)  # the images stay where they are

        outcome = device_agnostic(predict, nn.Linear(3, 1), torch.ones(2, 3), call="predict(...)")
        assert outcome.code == "device-mixed"

    Args:
        function: the student's function.
        network: its network, on the CPU; it is on the meta device afterwards.
        args: what comes between network and device, on the CPU.
        call: how a student would write the call.

    Returns:
        A pass, or what was not moved.

    Raises:
        StudentError: ``function`` does not exist.
    """
    problem, device, _ = ask(beside(function, on_meta), function, network, list(args))
    if problem:
        return _fail(
            "device-mixed",
            f"{call} does not work on another device than the CPU: not everything is moved there.",
            "network, images and labels on the device",
            problem,
        )
    if device != "meta":
        return _fail(
            "device-ignored",
            f"{call} ignores the device that it is given.",
            "a network on the device, as after network.to(device)",
            f"a network on the device {device!r}",
        )
    return PASSED


def _fail(code: str, message: str, expected: str, got: str) -> Outcome:
    hint = "Model and data are moved with .to(device); for a tensor, use what .to returns."
    return Outcome(verdict=Verdict.FAIL, code=code, message=message, expected=expected, got=got, hint=hint)


def on_meta(function: Any, network: Any, args: Any) -> Any:
    """Call with the meta device, where the function lives.

    Numbers that are asked of a tensor there, for which code on a GPU would wait, are 0.

    Returns:
        The text of an exception, the network's device, and that of the answer if it is a tensor.
    """

    class Numbers(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            first, last = (args[0], args[-1]) if args else (None, None)
            name = getattr(operation, "__name__", "")
            if (
                name in ("__setitem__", "copy_")
                and isinstance(first, torch.Tensor)
                and isinstance(last, torch.Tensor)
                and (first.device.type, last.device.type) == ("cpu", "meta")
            ):  # numbers of a GPU may be written into a tensor of the CPU
                return operation(*args[:-1], torch.zeros(last.shape, dtype=last.dtype), **kwargs)
            if isinstance(first, torch.Tensor) and first.device.type == "meta":
                there = torch.zeros(first.shape, dtype=first.dtype)
                if (
                    name in ("__getitem__", "masked_select")
                    and isinstance(last, torch.Tensor)
                    and last.dtype == torch.bool
                ):
                    return first.flatten(0, last.ndim - 1)  # nobody knows how many are True
                if name in ("item", "__float__", "__int__", "__bool__", "tolist", "numpy", "__format__"):
                    return operation(there, *args[1:], **kwargs)
                wanted = [str(a) for a in (*args[1:], *kwargs.values()) if isinstance(a, str | torch.device)]
                if name == "cpu" or (name == "to" and wanted[:1] == ["cpu"]):
                    return there
            return operation(*args, **kwargs)

    try:
        with Numbers():
            answer = function(network, *args, "meta")
    except Exception as error:  # noqa: BLE001 - the student's code may raise anything
        return [f"{type(error).__name__}: {error}"[:200], "", ""]
    there = answer.device.type if isinstance(answer, torch.Tensor) else ""
    return ["", next(network.parameters()).device.type, there]


def move_and_use(network: Any, inputs: Any, device: Any) -> Any:
    """As a network is used on a device; for a network of which no function of the student's is asked."""
    return network.to(device)(inputs.to(device))
