"""Judge a loss on torch tensors: its value, its gradient, its way back to the prediction, large logits.

Values and gradients are judged by ``check.gradients``; added here is what losses are usually wrong in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checks.calling import Raised, ask
from autograder.checks.compare import compare
from autograder.checks.finding import Finding
from autograder.checks.gradients import gradients
from autograder.checks.oracle import Oracle
from autograder.checks.reading import Reader, Unreadable
from autograder.checks.search import search
from autograder.checks.values import as_tuples
from autograder.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

Array = NDArray[Any]


def loss(
    function: Callable[..., Any],
    *,
    like: Callable[..., Any],
    inputs: SearchStrategy[Any],
    tensor: Callable[..., Any] | None = None,
    names: Sequence[str] = ("prediction", "y"),
    examples: int = 60,
    seed: int = 0,
    call: str = "",
    seconds: float = 120.0,
) -> Outcome:
    """Is ``function`` the loss ``like``, and can it be trained with?

    A loss takes a prediction and labels, and gives a tensor of shape ``()`` from which ``backward`` reaches
    the prediction. Where its value is wrong in the way of exactly one known mistake (a sum instead of a mean,
    every prediction compared with every label, softmax applied twice ...), that mistake is named.

    Example::

        outcome = loss(
            lambda logits, labels: torch.nn.functional.cross_entropy(logits.softmax(dim=1), labels),
            like=torch.nn.functional.cross_entropy,
            inputs=inputs.classification(),
            names=("logits", "labels"),
        )
        outcome.code  # "loss-softmax-twice"

    Args:
        function: the student's loss; gets two torch tensors.
        like: the right loss.
        inputs: strategy for pairs: a float array that is the prediction, and the labels.
        tensor: makes the leaf tensor of a prediction, which needs a gradient, where the student's code runs.
            By default ``leaf`` of this module, which does for a function of this process. For another
            process, let it run there: ``tensor=lambda x: student.run(leaf, x)``.
        names: names of the two arguments.
        examples: how many pairs to judge.
        seed: number from which they are derived.
        call: how a student would write the call, e.g. ``"l2_loss(prediction, y)"``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass, or what is wrong with the smallest pair that shows it.

    Raises:
        StudentError: the loss does not exist or is not written yet.
    """
    leaf_of = tensor or leaf

    def on_tensors(prediction: Any, labels: Any) -> Any:
        return function(prediction, torch.as_tensor(labels))

    def disconnected(args: tuple[Any, ...]) -> Finding | None:
        """A loss that no gradient comes out of."""
        try:
            out = ask(on_tensors, ask(leaf_of, args[0]), args[1])
        except Raised:
            return None
        if getattr(out, "requires_grad", False) is True:
            return None
        return Finding(
            code="loss-detached", expected="a tensor that knows how it was computed", got=_kind(out)
        )

    pairs = as_tuples(inputs)
    probed = search(pairs, disconnected, examples=2, seed=seed, seconds=seconds)
    if probed.smallest is not None:
        finding = probed.smallest[1]
        return Outcome(
            verdict=Verdict.FAIL,
            code=finding.code,
            message="The loss is cut off from the prediction: backward cannot reach it.",
            expected=finding.expected,
            got=finding.got,
            hint="item(), float(), detach(), numpy() and no_grad() all cut the way back, and so does argmax.",
            evidence={"diagnosis": finding.code},
        )
    outcome = gradients(
        on_tensors,
        like=like,
        inputs=inputs,
        tensor=leaf_of,
        wrt=[0],
        start=lambda out, upstream: out.backward(torch.as_tensor(upstream)),
        upstream=np.ones,
        shared=False,
        examples=examples,
        seed=seed,
        names=names,
        call=call,
        seconds=seconds,
    )
    outcome = replace(outcome, example=_in_torch(outcome.example))
    if outcome.code not in ("value-wrong", "value-shape", "value-not-finite"):
        return outcome
    mistake = _diagnose(lambda p, y: on_tensors(ask(leaf_of, p), y), like, pairs, seed, seconds)
    if mistake is None:
        return outcome
    _, _, rest = outcome.message.partition(". ")
    return replace(
        outcome,
        code=mistake.code,
        message=f"{mistake.sentence}. {rest}",
        hint=mistake.hint,
        evidence={**outcome.evidence, "diagnosis": mistake.code},
    )


def leaf(array: Any) -> Any:
    """A float64 torch tensor that collects a gradient; its source may run beside the student's code."""
    return torch.tensor(array, requires_grad=True)


def _in_torch(example: str) -> str:
    """An example that speaks of arrays and tensors, in torch's words."""
    lines = example.splitlines()
    for index, line in enumerate(lines):
        name, _, value = line.partition(" = ")
        array = re.fullmatch(r"[\w.]+\((\[.*\])\)", value)
        if array:
            kind = ", dtype=torch.float64" if "." in array[1] else ""
            lines[index] = f"{name} = torch.tensor({array[1]}{kind}{'' if index else ', requires_grad=True'})"
        elif line.startswith("out.backward("):
            lines[index] = "out.backward()"
    return "\n".join(lines)


def _kind(out: Any) -> str:
    name = getattr(out, "_autograder_type", "") if hasattr(type(out), "_autograder_type") else ""
    return f"a {name or type(out).__name__} that does not"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake in a loss."""

    code: str
    sentence: str
    """What is wrong, without a full stop."""
    hint: str
    value: Callable[[Callable[..., Any], Any, Any], Any]
    """From the right loss, the prediction and the labels: the value that this mistake leads to."""


def _all_with_all(like: Any, prediction: Any, y: Any) -> Any:
    del like
    return torch.mean((prediction.reshape(-1, 1) - y.reshape(1, -1)) ** 2)


def _log_p(z: Any) -> Any:
    return torch.log_softmax(z, dim=1)


def _picked(table: Any, y: Any) -> Any:
    return table[torch.arange(len(y)), y]


_L2 = (
    Mistake(
        "loss-all-with-all",
        "Every prediction is compared with every label",
        "Bring prediction and y to the same shape first: (n, 1) minus (n,) gives (n, n).",
        _all_with_all,
    ),
    Mistake(
        "loss-not-squared",
        "The differences are not squared",
        "L2 is the mean of squares.",
        lambda _, p, y: torch.mean(torch.abs(p.reshape(y.shape) - y)),
    ),
    Mistake(
        "loss-not-squared",
        "The differences are not squared",
        "L2 is the mean of squares.",
        lambda _, p, y: torch.mean(p.reshape(y.shape) - y),
    ),
    Mistake(
        "loss-root",
        "A square root is taken of the mean",
        "L2 is the mean of squares itself.",
        lambda like, p, y: torch.sqrt(like(p, y)),
    ),
)

_CROSS_ENTROPY = (
    Mistake(
        "loss-softmax-twice",
        "Softmax is applied before a loss that applies it itself",
        "Hand over the logits as they are.",
        lambda like, z, y: like(torch.softmax(z, dim=1), y),
    ),
    Mistake(
        "loss-softmax-axis",
        "The probabilities sum to 1 over the rows instead of over the labels of each row",
        "Softmax runs along dim=1.",
        lambda _, z, y: -_picked(torch.log_softmax(z, dim=0), y).mean(),
    ),
    Mistake(
        "loss-without-log",
        "The logarithm is missing",
        "The loss is -log of the probability of the true label.",
        lambda _, z, y: -_picked(torch.softmax(z, dim=1), y).mean(),
    ),
    Mistake(
        "loss-without-softmax",
        "The logits are used as if they were logarithms of probabilities",
        "Subtract the logsumexp of each row.",
        lambda _, z, y: -_picked(z, y).mean(),
    ),
    Mistake(
        "loss-labels-shifted",
        "The labels are shifted by one",
        "Labels count from 0.",
        lambda like, z, y: like(z, (y - 1) % z.shape[1]),
    ),
    Mistake(
        "loss-labels-shifted",
        "The labels are shifted by one",
        "Labels count from 0.",
        lambda like, z, y: like(z, (y + 1) % z.shape[1]),
    ),
    Mistake(
        "loss-all-with-all",
        "Every row is compared with the label of every row",
        "Pick one number from each row: log_p[torch.arange(n), labels].",
        lambda _, z, y: -_log_p(z)[:, y].mean(),
    ),
    Mistake(
        "loss-mean-over-all",
        "The mean is taken over all numbers, not over the rows",
        "There is one loss for each row; divide by the number of rows.",
        lambda like, z, y: like(z, y) / z.shape[1],
    ),
    Mistake(
        "loss-base",
        "The logarithm has another base",
        "log is the natural logarithm.",
        lambda like, z, y: like(z, y) / np.log(2),
    ),
)

_ANY = (
    Mistake(
        "loss-sum",
        "The loss is a sum instead of a mean",
        "Divide by the number of data points, or the learning rate has to change with it.",
        lambda like, p, y: like(p, y) * len(y),
    ),
    Mistake(
        "loss-half",
        "The loss is half of what it should be",
        "There is no ½.",
        lambda like, p, y: like(p, y) / 2,
    ),
    Mistake(
        "loss-sign",
        "The loss has the wrong sign",
        "A loss is large where the prediction is bad.",
        lambda like, p, y: -like(p, y),
    ),
    Mistake(
        "loss-not-reduced",
        "There is one loss for each data point, where their mean is wanted",
        "backward starts from one number.",
        lambda like, p, y: torch.stack([like(p[i : i + 1], y[i : i + 1]) for i in range(len(y))]),
    ),
)


def _diagnose(
    function: Callable[..., Any],
    like: Callable[..., Any],
    pairs: SearchStrategy[tuple[Any, ...]],
    seed: int,
    seconds: float,
) -> Mistake | None:
    """The one known mistake that gives the values of all wrong pairs."""
    reader, right = Reader(), Oracle(like)

    def judge(args: tuple[Any, ...]) -> Finding | None:
        try:
            got = reader.value_of(ask(function, *args))
        except (Raised, Unreadable):
            return None
        found = compare(got, right.value(args), prefix="value-", subject="")
        return replace(found, code="value-wrong", case=(args, got)) if found else None

    result = search(pairs, judge, examples=30, seed=seed, seconds=seconds)
    cases = [finding.case for _, finding in result.failures]
    if len(cases) < 2:  # one pair fits many mistakes
        return None
    kinds = {np.asarray(args[1]).dtype.kind for args, _ in cases}
    known = (*_ANY, *(_CROSS_ENTROPY if kinds <= {"i", "u"} else _L2))
    fitting = [mistake for mistake in known if all(_explains(mistake, like, *case) for case in cases)]
    return fitting[0] if len(fitting) == 1 else None


def _explains(mistake: Mistake, like: Callable[..., Any], args: tuple[Any, ...], got: Array) -> bool:
    try:
        wanted = Oracle(lambda p, y: mistake.value(like, p, y)).value(args)
    except (IndexError, RuntimeError):
        return False
    equal = np.array_equal(np.isfinite(got), np.isfinite(wanted)) if got.shape == wanted.shape else False
    return equal and compare(np.nan_to_num(got), np.nan_to_num(wanted), prefix="", subject="") is None
