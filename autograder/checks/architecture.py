"""Judge a network: is it, layer by layer, the one that was asked for?

What it computes decides, not how it is written: the grader puts its own weights into the student's network
and into the right one, and compares what comes out. ``nn.Sequential``, a class with layers as attributes and
a class that calls ``F.relu`` are all the same. Names of layers serve the message alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from autograder.checks import network_probe as probe
from autograder.checks.calling import ask, beside
from autograder.checks.network_variants import name_of, variants
from autograder.checks.reading import kind_of
from autograder.errors import UsageError
from autograder.verdict import Json, Outcome, Verdict, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]

IMAGES = 3
ATTEMPTS = 20
LEAST_SPREAD = 1e-3
"""Weights by which inputs differ less in their outputs are not used."""
TOLERANCE = 1e-3
"""Of outputs. What the last layer with weights gives has standard deviation 1; float32 rounding is a thousand
times smaller than this."""


def architecture(
    make: Callable[[], Any],
    *,
    like: Callable[[], nn.Sequential],
    shape: Sequence[int],
    seed: int = 0,
    call: str = "make_network()",
) -> Outcome:
    """Does ``make`` build the network ``like``?

    Parameters are registered and have the right shapes; with the grader's weights the network computes what
    the right one does, in evaluation mode and in training mode; it remembers the same running statistics;
    gradients reach all parameters; and moved to another device it still works (judged on the meta device).

    Example::

        def right():
            return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 1), nn.Sigmoid())

        def forgot_relu():
            return nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 1), nn.Sigmoid())

        outcome = architecture(forgot_relu, like=right, shape=(1, 8, 8))
        assert outcome.code == "activation-missing"

    Args:
        make: the student's function, which returns a network. It is called twice.
        like: makes the right network, a flat ``nn.Sequential``.
        shape: of one input, without the batch axis.
        seed: number from which weights and inputs are derived.
        call: how a student would write the call, for the message.

    Returns:
        A pass, or the first thing that is not as it should be. Inconclusive where outputs differ and the
        grader cannot tell which of several parameters of the same shape is which.

    Raises:
        StudentError: ``make`` does not exist or is not implemented yet.
    """
    try:
        return _Judge(make, like, tuple(shape), seed, call).judge()
    except _Objection as objection:
        return objection.outcome


class _Objection(Exception):  # noqa: N818 - an outcome on its way
    def __init__(
        self,
        code: str,
        message: str,
        expected: str = "",
        got: str = "",
        hint: str = "",
        verdict: Verdict = Verdict.FAIL,
        where: Where | None = None,
    ) -> None:
        super().__init__(message)
        self.outcome = Outcome(
            verdict=verdict, code=code, message=message, expected=expected, got=got, hint=hint, where=where,
            evidence={"diagnosis": code},
        )  # fmt: skip


class _Judge:
    def __init__(
        self,
        make: Callable[[], Any],
        like: Callable[[], nn.Sequential],
        shape: tuple[int, ...],
        seed: int,
        call: str,
    ) -> None:
        self.make = make
        self.shape = shape
        self.call = call
        self.images = _images(shape, seed)
        self.right = prepared(like, self.images, seed)

    def judge(self) -> Outcome:
        network = ask(self.make)
        facts = ask(beside(network, probe.facts), network)
        if not isinstance(facts, dict):
            raise _Objection(
                "not-a-module", f"{self.call} does not return a network.", "an nn.Module", kind_of(network)
            )
        self.facts = facts
        self._parameters(facts)
        first = self._run(network, training=False)
        self._shape(first["output"], self._expected(training=False))
        called = [name for name, *_ in first["calls"]]
        names = give_weights(network, self.right, called)
        self.buffers = names[1]
        certain = {name.rpartition(".")[0] for name in names[0]} <= set(called)
        self._output(network, training=False, certain=certain)
        self._output(network, training=True, certain=certain)
        self._remembers(network)
        self._moves()
        count = sum(p.numel() for p in self.right.parameters())
        evidence: dict[str, Json] = {"parameters": count, "layers": len(self.right)}
        return Outcome(verdict=Verdict.PASS, evidence=evidence)

    def _parameters(self, facts: dict[str, Any]) -> None:
        """Object to parameters of other shapes than those of the right network."""
        mine = [tuple(shape) for _, shape in facts["parameters"]]
        right = [tuple(p.shape) for p in self.right.parameters()]
        if Counter(mine) == Counter(right):
            if facts["frozen"]:
                raise _Objection(
                    "parameters-frozen",
                    "Some parameters cannot be trained.",
                    "requires_grad is True for all parameters",
                    f"False for {facts['frozen'][0]}",
                )
            return
        wanted, found = (
            f"{sum(int(np.prod(shape)) for shape in shapes):,} parameters" for shapes in (right, mine)
        )
        loose = [name for name in facts["loose"] if len(mine) < len(right)]
        if loose:
            raise _Objection(
                "not-registered",
                f"The network does not know the layers or parameters in its attribute {loose[0]}, "
                "so no optimizer would train them.",
                wanted,
                found,
                hint="A plain list hides layers from PyTorch; nn.ModuleList and nn.Sequential do not.",
            )
        self._settings(facts, f"; {wanted} in all", f"; {found} in all", missing=True)
        raise _Objection(
            "parameters-count", "The network has other parameters than it should have.", wanted, found
        )

    def _settings(
        self, facts: dict[str, Any], wanted: str = "", found: str = "", *, missing: bool = False
    ) -> None:
        """Object to a layer that has other settings than the one of its kind in the right network.

        Args:
            facts: of the student's network.
            wanted: what else is expected.
            found: what else there is.
            missing: object to layers with weights that do not exist, too.
        """
        theirs = [(name, f"{name}({settings})") for name, settings in facts["layers"]]
        layers = list(self.right)
        left = Counter(text for _, text in theirs)
        wrong = []
        for index, layer in enumerate(layers):
            right = f"{type(layer).__name__}({layer.extra_repr()})"
            if left[right]:
                left[right] -= 1
            else:
                wrong.append((index, layer, right))
        for index, layer, right in wrong:
            mine = next((text for name, text in theirs if name == type(layer).__name__ and left[text]), "")
            if mine or (missing and list(layer.parameters())):
                raise _Objection(
                    "layer-settings",
                    f"The {name_of(layers, index)} is not the one of the lecture's network.",
                    f"{right}{wanted}",
                    f"{mine or 'no such layer'}{found}",
                )

    def _run(self, network: Any, *, training: bool, backward: bool = False, seed: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = ask(
            beside(network, probe.run), network, self.images, training, backward, seed
        )
        if found["output"] is None:
            self._settings(self.facts)
            stages = [f"{kind} {_show(after)}" for _, kind, _, after, *_ in found["calls"]][-3:]
            reached = f"the last stages it reached: {', '.join(stages)}" if stages else "it reached no layer"
            raise _Objection(
                "forward-raised",
                f"The network fails for images of shape {_show(self.images.shape)}: {found['raised']}",
                f"a tensor of shape {_show(self._expected(training=False).shape)}",
                reached,
                hint="Compare the shape after each layer with what you computed by hand.",
                verdict=Verdict.ERROR,
            )
        return found

    def _expected(self, *, training: bool, network: nn.Module | None = None) -> Array:
        return output_of(network or self.right, self.images, training=training)

    def _shape(self, output: Array, expected: Array) -> None:
        if output.shape != expected.shape:
            raise _Objection(
                "output-shape",
                f"For {IMAGES} images the network's output has the wrong shape.",
                f"shape {_show(expected.shape)}: one row for each image",
                f"shape {_show(output.shape)}",
                hint="nn.Flatten() keeps the axis of the batch; torch.flatten(x, 1) does, too.",
            )

    def _output(self, network: Any, *, training: bool, certain: bool) -> None:
        """Object to an output that is not the right one for the weights."""
        found = self._run(network, training=training, backward=training)
        expected = self._expected(training=training)
        mode = "training" if training else "evaluation"
        if np.allclose(found["output"], expected, rtol=0, atol=TOLERANCE):
            if training and found["without_gradient"]:
                raise _Objection(
                    "gradient-missing",
                    "No gradient reaches some of the parameters, so they would not be trained.",
                    "a gradient for all parameters",
                    f"none for {found['without_gradient'][0]}",
                )
            return
        shown = (f"{expected.ravel()[0]:.4f} for the first image", f"{found['output'].ravel()[0]:.4f}")
        if not training:
            again = self._run(network, training=False, seed=1)["output"]
            if not np.array_equal(again, found["output"]):
                raise _Objection(
                    "not-deterministic",
                    "In evaluation mode the network gives two different answers for the same images.",
                    "the same answer both times",
                    "two different answers",
                    hint="Is there dropout that does not know of evaluation mode?",
                )
        for variant in variants(self.right):
            try:
                wrong = self._expected(training=training, network=variant.network)
            except (RuntimeError, ValueError):
                continue
            if wrong.shape == expected.shape and np.allclose(found["output"], wrong, rtol=0, atol=TOLERANCE):
                raise _Objection(variant.code, variant.sentence, *shown)
        self._settings(self.facts)
        if not certain:
            raise _Objection(
                "order-unknown",
                "The network's output differs from the expected one, but it is not certain which of its "
                "parameters belongs to which layer.",
                *shown,
                verdict=Verdict.INCONCLUSIVE,
            )
        if training:
            raise _Objection(
                "training-mode",
                "In evaluation mode the network is right, but in training mode it is not.",
                *shown,
                hint="Batch norm uses the statistics of the batch in one mode and the running ones in the "
                "other; nn.BatchNorm2d does so by itself.",
            )
        place = self._first_difference(found)
        raise _Objection(
            "output-wrong",
            f"With the same weights in {mode} mode, the network's output is wrong. {place}",
            *shown,
        )

    def _first_difference(self, found: dict[str, Any]) -> str:
        """Up to which layer with weights all is right."""
        right = probe.run(self.right, self.images, False)["calls"]
        weighted = [index for index, _ in _weighted(self.right)]
        names = {str(index): name_of(list(self.right), index) for index in weighted}
        right = [call for call in right if call[0] in names]
        kinds = {call[1] for call in right}
        mine = [call for call in found["calls"] if call[1] in kinds]
        for one, other in zip(right, mine, strict=False):
            name = names[one[0]]
            if one[2] != other[2] or not np.allclose(one[4], other[4], rtol=TOLERANCE, atol=TOLERANCE):
                return f"What arrives at the {name} is not what should."
            if one[3] != other[3] or not np.allclose(one[5], other[5], rtol=TOLERANCE, atol=TOLERANCE):
                return f"What arrives at the {name} is right, what leaves it is not."
        return "What leaves the last layer with weights is right." if len(mine) == len(right) else ""

    def _remembers(self, network: Any) -> None:
        """Object to other running statistics after one batch in training mode."""
        held = ask(beside(network, probe.buffers), network)
        right = {name: buffer.numpy() for name, buffer in self.right.named_buffers() if buffer.ndim}
        mine = [held[name] for name in self.buffers if held[name].ndim]
        for (name, one), other in zip(right.items(), mine, strict=False):
            if one.shape != other.shape or not np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE):
                self._settings(self.facts)
                kind = name.rpartition(".")[2].replace("_", " ").replace("var", "variance")
                raise _Objection(
                    "running-statistics",
                    f"After a batch in training mode, the {kind} of a batch norm is not what it should be.",
                    f"{one.ravel()[0]:.4f} for the first channel",
                    f"{other.ravel()[0]:.4f}",
                    hint="With its usual settings it moves them by a tenth of the way, once for each batch.",
                )

    def _moves(self) -> None:
        """Object to a network of which something stays behind when it is moved."""
        network = ask(self.make)
        problem, device = ask(beside(network, probe.moved), network, [IMAGES, *self.shape])
        if problem or device != "meta":
            raise _Objection(
                "device",
                "Moved to another device with .to(device), the network does not work any more: "
                "something of it stays behind, or moves to a device of its own choice.",
                "an output on the device of the network and its input",
                problem or f"an output on the device {device!r}",
                hint="Is a device written into it, or a tensor held that is neither parameter nor buffer?",
            )


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
        index, last = _weighted(network)[-1]
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


def _weighted(network: nn.Sequential) -> list[tuple[int, nn.Module]]:
    return [(i, layer) for i, layer in enumerate(network) if list(layer.parameters(recurse=False))]


def _images(shape: tuple[int, ...], seed: int) -> Array:
    """Random blocks, so that what is learned from noise does not average out."""
    rng = np.random.default_rng(seed)
    *channels, height, width = shape
    coarse = rng.normal(size=(IMAGES, *channels, -(-height // 8), -(-width // 8)))
    fine = np.kron(coarse, np.ones((8, 8)))[..., :height, :width]
    return (fine + 0.3 * rng.normal(size=(IMAGES, *shape))).astype(np.float32)


def _show(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
