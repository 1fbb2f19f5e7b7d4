"""The usual mistakes in a convolution, each with what it leads to: what the student got is the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from torch.nn.functional import conv2d, pad

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Problem:
    """One convolution, as ``F.conv2d`` takes it."""

    x: Any
    w: Any
    b: Any = None
    stride: int = 1
    padding: int = 0


def convolved(p: Problem) -> Any:
    """The right result."""
    return conv2d(p.x, p.w, p.b, stride=p.stride, padding=p.padding)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, in a student's words."""

    code: str
    sentence: str
    """What is wrong, without a full stop."""
    hint: str
    result: Callable[[Problem], Any]
    """What this mistake leads to."""


def _same_size(p: Problem) -> Any:
    up, left = (p.w.shape[2] - 1) // 2, (p.w.shape[3] - 1) // 2
    down, right = p.w.shape[2] - 1 - up, p.w.shape[3] - 1 - left
    return conv2d(pad(p.x, (left, right, up, down)), p.w, p.b, stride=p.stride)


def _windows(p: Problem) -> Any:
    """All products, summed over channels: (n, o, rows, columns, kh, kw)."""
    x = pad(p.x, (p.padding,) * 4)
    windows = x.unfold(2, p.w.shape[2], p.stride).unfold(3, p.w.shape[3], p.stride)
    return (windows[:, None] * p.w[None, :, :, None, None]).sum(dim=2)


_TURNED = (
    Mistake(
        "convolution-flipped",
        "The kernel is flipped",
        "Row 0 of the kernel belongs on the first row of the window, column 0 on its first column.",
        lambda p: convolved(replace(p, w=p.w.flip(2, 3))),
    ),
    Mistake(
        "convolution-rows-flipped",
        "The kernel is upside down",
        "Row 0 of the kernel belongs on the first row of the window.",
        lambda p: convolved(replace(p, w=p.w.flip(2))),
    ),
)
"""The kernel lies another way round, where it should lie as it is."""

_NOT_TURNED = (
    Mistake(
        "convolution-not-flipped",
        "The kernel is not flipped",
        "F.conv2d places the kernel as it is; flip it before, in both directions.",
        lambda p: convolved(replace(p, w=p.w.flip(2, 3))),
    ),
    Mistake(
        "convolution-half-flipped",
        "The kernel is flipped in one direction only",
        "Its first row becomes the last one, and its first column becomes the last one.",
        lambda p: convolved(replace(p, w=p.w.flip(2))),
    ),
    Mistake(
        "convolution-half-flipped",
        "The kernel is flipped in one direction only",
        "Its first row becomes the last one, and its first column becomes the last one.",
        lambda p: convolved(replace(p, w=p.w.flip(3))),
    ),
    Mistake(
        "convolution-transposed",
        "The kernel is transposed instead of flipped",
        "Flipping reverses the order of rows and columns; it does not swap them.",
        lambda p: convolved(replace(p, w=p.w.flip(2, 3).transpose(2, 3))),
    ),
)
"""The kernel lies another way round, where it should be flipped."""

_MISTAKES = (
    Mistake(
        "convolution-transposed",
        "Rows and columns of the kernel are swapped",
        "kernel[i, j] belongs on image[row + i, column + j].",
        lambda p: convolved(replace(p, w=p.w.transpose(2, 3))),
    ),
    Mistake(
        "convolution-output-transposed",
        "Rows and columns of the result are swapped",
        "The result at [row, column] belongs to the window that begins at image[row, column].",
        lambda p: convolved(p).transpose(2, 3),
    ),
    Mistake(
        "convolution-padding-ignored",
        "The padding is ignored",
        "The image gets that many rows and columns of zeros on every side.",
        lambda p: convolved(replace(p, padding=0)),
    ),
    Mistake(
        "convolution-same-size",
        "The image is padded, so the kernel is also placed where it does not fit",
        "Only places where the whole kernel lies on the image count: there are H - h + 1 rows of them.",
        _same_size,
    ),
    Mistake(
        "convolution-stride-ignored",
        "The stride is ignored",
        "With stride 2 the window moves two pixels at a time.",
        lambda p: convolved(replace(p, stride=1)),
    ),
    Mistake(
        "convolution-one-short",
        "The last place is missing",
        "A kernel as large as the image fits at one place, so there are H - h + 1 rows of places.",
        lambda p: convolved(p)[:, :, :-1, :-1],
    ),
    Mistake(
        "convolution-mean",
        "The products are averaged instead of summed",
        "Multiply and sum.",
        lambda p: _windows(p).mean(dim=(4, 5)) + (0 if p.b is None else p.b.reshape(1, -1, 1, 1)),
    ),
    Mistake(
        "convolution-maximum",
        "The largest product is taken instead of their sum",
        "Multiply and sum; the maximum comes later, over all places.",
        lambda p: _windows(p).amax(dim=(4, 5)),
    ),
    Mistake(
        "convolution-absolute",
        "The sign of the sum is lost",
        "A negative response is worse than none.",
        lambda p: convolved(p).abs(),
    ),
    Mistake(
        "convolution-bias-forgotten",
        "The bias is not added",
        "It is added once at each place.",
        lambda p: convolved(replace(p, b=None)),
    ),
    Mistake(
        "convolution-bias-sign",
        "The bias is subtracted",
        "It is added once at each place.",
        lambda p: convolved(replace(p, b=-p.b)),
    ),
    Mistake(
        "convolution-first-channel",
        "Only the first channel is used",
        "The products of all channels are summed.",
        lambda p: convolved(replace(p, x=p.x[:, :1], w=p.w[:, :1])),
    ),
    Mistake(
        "convolution-channels-averaged",
        "The channels are averaged instead of summed",
        "The products of all channels are summed.",
        lambda p: convolved(replace(p, w=p.w / p.w.shape[1])),
    ),
)


def mistakes(*, flipped: bool) -> tuple[Mistake, ...]:
    """All known mistakes, the most usual ones first.

    Args:
        flipped: the question asks for the mathematicians' convolution, whose kernel is flipped.
    """
    return (*(_NOT_TURNED if flipped else _TURNED), *_MISTAKES)
