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
from autograder.checks.devices import move_and_use, on_meta
from autograder.checks.network_diagnosis import TOLERANCE, first_difference, fitting, other_settings, same
from autograder.checks.reading import kind_of
from autograder.checks.twins import blocks, give_weights, output_of, prepared
from autograder.verdict import Json, Outcome, Verdict, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]

IMAGES = 3


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
        self.images = blocks(IMAGES, shape, seed)
        self.right = prepared(like, self.images, seed)

    def judge(self) -> Outcome:
        network = ask(self.make)
        facts = ask(beside(network, probe.facts), network)
        if not isinstance(facts, dict):
            raise _Objection(
                "not-a-module", f"{self.call} does not return a network.", "an nn.Module", kind_of(network)
            )
        self.facts = facts
        if facts["unsized"]:
            raise _Objection(
                "layer-unsized",
                f"A {facts['unsized'][0]} does not know its size before it is used for the first time.",
                "all sizes written out",
                f"no size in {facts['unsized'][0]}",
                hint="Compute the shape that arrives at the layer by hand.",
            )
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
        self._settings(f"; {wanted} in all", f"; {found} in all", missing=True)
        raise _Objection(
            "parameters-count", "The network has other parameters than it should have.", wanted, found
        )

    def _settings(self, wanted: str = "", found: str = "", *, missing: bool = False) -> None:
        """Object to a layer that has other settings than the one of its kind in the right network.

        Args:
            wanted: what else is expected.
            found: what else there is.
            missing: object to layers with weights that do not exist, too.
        """
        if other := other_settings(self.right, self.facts, missing=missing):
            raise _Objection(
                "layer-settings",
                f"The {other.name} is not the one of the lecture's network.",
                f"{other.right}{wanted}",
                f"{other.mine or 'no such layer'}{found}",
            )

    def _run(self, network: Any, *, training: bool, backward: bool = False, seed: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = ask(
            beside(network, probe.run), network, self.images, training, backward, seed
        )
        if found["output"] is None:
            self._settings()
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

    def _expected(self, *, training: bool) -> Array:
        return output_of(self.right, self.images, training=training)

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
        if same(found["output"], expected):
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
        if variant := fitting(self.right, self.images, found["output"], training=training):
            raise _Objection(variant.code, variant.sentence, *shown)
        self._settings()
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
        place = first_difference(self.right, self.images, found["calls"])
        raise _Objection(
            "output-wrong",
            f"With the same weights in {mode} mode, the network's output is wrong. {place}",
            *shown,
        )

    def _remembers(self, network: Any) -> None:
        """Object to other running statistics after one batch in training mode."""
        held = ask(beside(network, probe.buffers), network)
        right = {name: buffer.numpy() for name, buffer in self.right.named_buffers() if buffer.ndim}
        mine = [held[name] for name in self.buffers if held[name].ndim]
        for (name, one), other in zip(right.items(), mine, strict=False):
            if one.shape != other.shape or not np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE):
                self._settings()
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
        problem, _, device = ask(
            beside(network, on_meta), move_and_use, network, [torch.from_numpy(self.images)]
        )
        if problem or device != "meta":
            raise _Objection(
                "device",
                "Moved to another device with .to(device), the network does not work any more: "
                "something of it stays behind, or moves to a device of its own choice.",
                "an output on the device of the network and its input",
                problem or f"an output on the device {device!r}",
                hint="Is a device written into it, or a tensor held that is neither parameter nor buffer?",
            )


def _show(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
