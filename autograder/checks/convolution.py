"""Judge a convolution as networks have it: a kernel placed at all places of an image, multiplied and summed.

Mathematicians call that a cross-correlation and turn the kernel around first; torch does not. Values are
judged by ``check.values``; added here are inputs that fit each other, and the usual mistakes are named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.checks.calling import Raised, ask
from autograder.checks.compare import compare
from autograder.checks.convolution_mistakes import Mistake, Problem, convolved, mistakes
from autograder.checks.finding import MOST_KEPT
from autograder.checks.inputs import together
from autograder.checks.reading import Reader, Unreadable
from autograder.checks.values import prepared, values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

    from autograder.checks.grid import Array
    from autograder.verdict import Outcome

Sides: TypeAlias = tuple[int, int]
Layout: TypeAlias = Literal["image", "stack", "channels"]
"""``image``: (h, w) and a kernel (kh, kw). ``stack``: images (n, h, w) and one kernel (kh, kw).
``channels``: images (n, c, h, w) and kernels (o, c, kh, kw), as for ``F.conv2d``."""

KERNELS: tuple[Sides, ...] = ((1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 3), (3, 1), (5, 5))
"""Sizes of kernels, simplest first."""
SPARE: tuple[Sides, ...] = ((0, 0), (1, 0), (0, 1), (1, 1), (1, 2), (2, 1), (3, 2), (4, 5))
"""By how many rows and columns an image is larger than its kernel."""
STACKS = (1, 2, 3)
CHANNELS = ((1, 1, 1), (1, 2, 1), (1, 1, 2), (2, 1, 1), (2, 3, 2))
"""Images, channels of an image, kernels."""
RECORDED = 60
"""Examples that a diagnosis looks at."""


def convolution(
    function: Callable[..., Any],
    *,
    layout: Layout = "image",
    kernels: Sequence[Sides] = KERNELS,
    strides: Sequence[int] | None = None,
    paddings: Sequence[int] | None = None,
    bias: bool = False,
    flipped: bool = False,
    tensor: Callable[..., Any] | None = None,
    examples: int = 100,
    seed: int = 0,
    names: Sequence[str] = ("image", "kernel", "bias"),
    call: str = "",
    seconds: float = 120.0,
) -> Outcome:
    """Is ``function`` a convolution?

    It is called with an image and a kernel, then, as far as the question has them, a bias, a stride and a
    padding (zeros on every side), in this order, and held against ``torch.nn.functional.conv2d`` in float64.
    Where all wrong results are those of exactly one known mistake (the kernel flipped, the output as large
    as the input, the stride ignored ...), that mistake is named.

    Example::

        def at_all_places(image, kernel):
            windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
            return (windows * kernel).sum(axis=(2, 3))

        outcome = convolution(at_all_places)
        assert outcome.passed
        outcome = convolution(lambda image, kernel: at_all_places(image, kernel[::-1, ::-1]))
        outcome.code  # "convolution-flipped"

    Args:
        function: the student's function, or a lambda around it.
        layout: shapes of images and kernels, see ``Layout``.
        kernels: sizes of kernels, simplest first.
        strides: strides to try; None if the function takes none.
        paddings: paddings to try; None if the function takes none.
        bias: whether the function takes a bias: a number, or one per kernel for ``channels``.
        flipped: the question asks for the mathematicians' convolution, whose kernel is flipped.
        tensor: makes of each array what ``function`` gets, e.g. ``torch.tensor``.
        examples: how many inputs to judge.
        seed: number from which the inputs are derived.
        names: names of image, kernel and bias in messages.
        call: how a student would write the call, e.g. ``"response_map(image, kernel)"``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass, or what is wrong with the smallest input that shows it.

    Raises:
        StudentError: ``function`` does not exist or is not implemented yet.
    """
    form = _Form(layout, bias, strides is not None, paddings is not None, flipped)
    inputs = _inputs(form, kernels, strides, paddings)
    seen: list[tuple[Any, ...]] = []

    def like(*args: Any) -> Any:
        if len(seen) < RECORDED and args[0].dtype == torch.float64:  # float32 only tells the rounding
            seen.append(tuple(np.array(a.numpy()) if isinstance(a, torch.Tensor) else a for a in args))
        return form.shaped(convolved(form.problem(args)))

    shown = [*names[: 2 + bias], *(["stride"] if form.stride else []), *(["padding"] if form.padding else [])]
    outcome = values(
        function,
        like=like,
        inputs=inputs,
        tensor=tensor,
        examples=examples,
        seed=seed,
        names=shown,
        call=call,
        seconds=seconds,
    )
    if outcome.code not in ("value-wrong", "value-shape"):
        return outcome
    mistake = _diagnose(function, form, seen, tensor)
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


@dataclass(frozen=True, slots=True)
class _Form:
    """What the function takes, and how it is brought to the form of ``F.conv2d`` and back."""

    layout: Layout
    bias: bool
    stride: bool
    padding: bool
    flipped: bool

    def problem(self, args: Sequence[Any]) -> Problem:
        """The arguments as one problem."""
        x, w = torch.as_tensor(args[0]), torch.as_tensor(args[1])
        rest = list(args[2:])
        b = torch.as_tensor(rest.pop(0)).reshape(-1).to(x.dtype) if self.bias else None
        stride = int(rest.pop(0)) if self.stride else 1
        padding = int(rest.pop(0)) if self.padding else 0
        if self.layout != "channels":
            w = w[None, None]
            x = x[None, None] if self.layout == "image" else x[:, None]
        return Problem(x, w.flip(2, 3) if self.flipped else w, b, stride, padding)

    def shaped(self, result: Any) -> Any:
        """The result in the layout of the question."""
        if self.layout == "channels":
            return result
        return result[0, 0] if self.layout == "image" else result[:, 0]


def _inputs(
    form: _Form, kernels: Sequence[Sides], strides: Sequence[int] | None, paddings: Sequence[int] | None
) -> SearchStrategy[tuple[Any, ...]]:
    groups: list[list[tuple[int, ...]]] = []
    for index, (spare, kernel) in enumerate((s, k) for s in SPARE for k in kernels):
        sides = (kernel[0] + spare[0], kernel[1] + spare[1])
        if form.layout == "channels":
            n, c, o = CHANNELS[index % len(CHANNELS)]
            group: list[tuple[int, ...]] = [(n, c, *sides), (o, c, *kernel), (o,)]
        else:
            stack = (STACKS[index % len(STACKS)],) if form.layout == "stack" else ()
            group = [(*stack, *sides), kernel, ()]
        groups.append(group if form.bias else group[:2])

    def extend(arrays: tuple[Array, ...], stride: int, padding: int) -> tuple[Any, ...]:
        given: list[Any] = [array if array.ndim else float(array) for array in arrays]
        return (*given, *([stride] if form.stride else []), *([padding] if form.padding else []))

    return st.builds(
        extend, together(groups), st.sampled_from(strides or [1]), st.sampled_from(paddings or [0])
    )


def _diagnose(
    function: Callable[..., Any],
    form: _Form,
    seen: Sequence[tuple[Any, ...]],
    tensor: Callable[..., Any] | None,
) -> Mistake | None:
    """The first known mistake that explains every wrong result."""
    reader = Reader()
    wrong: list[tuple[Problem, Array]] = []
    for args in seen:
        try:
            got = reader.value_of(ask(function, *(prepared(a, tensor) for a in args)))
        except (Raised, Unreadable):
            continue
        if got.size > MOST_KEPT:  # no known mistake makes so many of so few
            return None
        problem = form.problem(args)
        if not _equal(got, form.shaped(convolved(problem))):
            wrong.append((problem, got))
    if not wrong:
        return None
    known = mistakes(flipped=form.flipped)
    return next((m for m in known if all(_explains(m, form, p, got) for p, got in wrong)), None)


def _explains(mistake: Mistake, form: _Form, problem: Problem, got: Array) -> bool:
    try:
        return _equal(got, form.shaped(mistake.result(problem)))
    except (RuntimeError, ValueError, TypeError, IndexError):  # the mistake makes no sense here
        return False


def _equal(got: Array, result: Any) -> bool:
    return compare(got, np.asarray(result), prefix="", subject="") is None
