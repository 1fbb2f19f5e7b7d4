"""What is asked of a student's network. These functions run where the network lives and return plain data."""

from __future__ import annotations

from typing import Any

import torch


def facts(network: Any) -> Any:
    """Layers, parameters and buffers, in the order of registration; None if it is not an ``nn.Module``.

    Of a network with layers that do not know their sizes yet, the classes of these and nothing else.
    """
    if not isinstance(network, torch.nn.Module):
        return None
    layers = [
        [type(layer).__name__, layer.extra_repr()]
        for layer in network.modules()
        if not list(layer.children())
    ]
    lazy = [
        type(layer).__name__
        for layer in network.modules()
        for held in (*layer.parameters(recurse=False), *layer.buffers(recurse=False))
        if torch.nn.parameter.is_lazy(held)
    ]
    if lazy:  # their parameters have no shape yet
        return {"unsized": lazy}
    loose = []
    for layer in network.modules():
        for name, held in vars(layer).items():
            if name.startswith("_") or isinstance(held, torch.nn.Module):
                continue
            parts = (
                held.values()
                if isinstance(held, dict)
                else held
                if isinstance(held, list | tuple)
                else [held]
            )
            if any(isinstance(part, torch.nn.Module | torch.Tensor) for part in parts):
                loose.append(name)
    return {
        "unsized": [],
        "layers": layers,
        "loose": loose,
        "parameters": [[name, list(p.shape)] for name, p in network.named_parameters()],
        "buffers": [[name, list(b.shape)] for name, b in network.named_buffers()],
        "frozen": [name for name, p in network.named_parameters() if not p.requires_grad],
    }


def run(network: Any, images: Any, training: bool, backward: bool = False, seed: int = 0) -> Any:
    """The output for a batch, and what each layer made of it, in the order of the calls.

    A layer is a module without modules in it. ``calls`` has for each its full name, its class, the shapes
    of its input and output, and mean and mean square of both.
    """
    calls: list[Any] = []
    found: dict[str, Any] = {"calls": calls, "output": None, "raised": "", "without_gradient": []}
    names = {layer: name for name, layer in network.named_modules()}

    def note(layer: Any, args: Any, kwargs: Any, output: Any) -> None:
        tensors = [t for t in (*args, *kwargs.values()) if isinstance(t, torch.Tensor)]
        if not tensors or not isinstance(output, torch.Tensor):
            return
        with torch.no_grad():
            sums = [
                [float(t.double().mean()), float(t.double().square().mean())] for t in (tensors[0], output)
            ]
        shapes = [list(tensors[0].shape), list(output.shape)]
        calls.append([names[layer], type(layer).__name__, *shapes, *sums])

    leaves = [layer for layer in network.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(note, with_kwargs=True) for layer in leaves]
    network.train(training)
    try:
        with torch.random.fork_rng(devices=[]), torch.set_grad_enabled(backward):
            torch.manual_seed(seed)  # dropout
            output = network(torch.tensor(images))
        if isinstance(output, torch.Tensor):
            found["output"] = output.detach().cpu().numpy()
            if backward:
                network.zero_grad()
                output.sum().backward()  # type: ignore[no-untyped-call]
                found["without_gradient"] = [n for n, p in network.named_parameters() if p.grad is None]
                network.zero_grad()
        else:
            found["raised"] = f"it returns a {type(output).__name__}, not a tensor"
    except Exception as error:  # noqa: BLE001 - the student's code may raise anything
        found["raised"] = f"{type(error).__name__}: {error}"[:300]
    finally:
        for hook in hooks:
            hook.remove()
    return found


def owners(network: Any, called: Any) -> Any:
    """Names of the parameters and of the buffers in the order in which a forward pass meets their layers.

    Names of layers that were never called come last, as they were registered.
    """
    layers = dict(network.named_modules())
    order = [*dict.fromkeys(called), *(name for name in layers if name not in called)]
    names: list[list[str]] = [[], []]
    for layer in order:
        prefix = f"{layer}." if layer else ""
        names[0] += [prefix + name for name, _ in layers[layer].named_parameters(recurse=False)]
        names[1] += [prefix + name for name, _ in layers[layer].named_buffers(recurse=False)]
    return names


def put(network: Any, values: Any) -> None:
    """Overwrite parameters and buffers, by name."""
    held = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    with torch.no_grad():
        for name, value in values.items():
            held[name].copy_(torch.tensor(value))


def buffers(network: Any) -> Any:
    """Values of all buffers, by name."""
    return {name: buffer.detach().cpu().numpy() for name, buffer in network.named_buffers()}
