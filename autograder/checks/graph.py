"""A random program as data: leaves, steps, and how it is decoded from bytes, run and written."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.grid import numbers
from autograder.checks.operations import LARGEST, OPERANDS, Applied, Choose
from autograder.checks.oracle import one_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Array = NDArray[Any]

LEAF_SHAPES: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((), ()), ((2,), (2,)), ((2,), ()), ((2, 2), (2, 2)), ((1, 2), (2, 1)), ((2, 3), (3,)),
    ((2, 3), (2, 1)), ((2, 3), (3, 2)), ((1,), ()), ((2, 2), (2,)), ((3,), (1, 3)),
)  # fmt: skip
"""Shapes of the two leaves, simplest first."""
LEAF_BYTES = 6
STEP_BYTES = 4
MOST_STEPS = 12
LARGEST_SIZE = 36
MOST_VISITS = 300
NEWEST = 190
"""Of 256 bytes, how many stand for one of the newest values."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on earlier values."""

    applied: Applied
    operands: tuple[int, ...]
    """Numbers of the values that it uses; leaves come first."""


@dataclass(frozen=True, slots=True)
class Program:
    """Leaves, and steps that lead to one number; everything in it contributes to that number."""

    leaves: tuple[Array, ...]
    steps: tuple[Step, ...]

    def run(self, leaves: Sequence[Any]) -> Any:
        """The last value, on tensors of either kind."""
        values = list(leaves)
        for step in self.steps:
            values.append(apply(step, values))
        return values[-1]

    def shared(self) -> tuple[bool, bool]:
        """Whether a leaf, and whether a computed value, is used in several places."""
        uses = [o for step in self.steps for o in step.operands]
        several = {o for o in uses if uses.count(o) > 1}
        return any(o < len(self.leaves) for o in several), any(o >= len(self.leaves) for o in several)

    def of_one_value(self) -> list[str]:
        """Names of the operations whose two operands are the same value, as in ``a @ a``."""
        return [step.applied.name for step in self.steps if len(step.operands) > len({*step.operands})]

    def names(self) -> list[str]:
        """``a``, ``b``, ... for leaves and steps."""
        return list(string.ascii_lowercase[: len(self.leaves) + len(self.steps)])

    def code(self, wrap: str, gradient: str) -> str:
        """The program as code for a notebook; values that are used once are written where they are used."""
        uses = [o for step in self.steps for o in step.operands]
        names = iter(string.ascii_lowercase)
        texts: list[tuple[str, bool]] = []
        lines: list[str] = []
        for leaf in self.leaves:
            texts.append((next(names), True))
            lines.append(render.assignment(texts[-1][0], leaf, wrap))
        for number, step in enumerate(self.steps, start=len(self.leaves)):
            operands = [t if atom else f"({t})" for t, atom in (texts[o] for o in step.operands)]
            text = step.applied.text.format(*operands, *operands[:1])
            if uses.count(number) == 1 and len(text) < 40:
                texts.append((text, step.applied.atom))
            else:
                texts.append((next(names), True))
                lines.append(f"{texts[-1][0]} = {text}")
        return "\n".join([*lines, f"{texts[-1][0]}.backward()", gradient])

    def operations(self) -> list[str]:
        """Names of the operations, each once, without the sum at the end that only makes a number."""
        steps = self.steps[:-1] if len(self.steps) > 1 and self.steps[-1].applied is TOTAL else self.steps
        return list(dict.fromkeys(step.applied.name for step in steps))


TOTAL = Applied("sum", lambda a, _: a.sum(), "{0}.sum()", atom=True)


def apply(step: Step, values: Sequence[Any]) -> Any:
    """One step on the values so far."""
    first, second = (values[step.operands[0]], values[step.operands[-1]])
    return step.applied.run(first, second)


@one_thread()
def decode(
    shapes: int, raw: Sequence[bytes], steps: Sequence[bytes], ops: Mapping[str, Choose]
) -> Program | None:
    """The program that bytes stand for; None if nothing is left of it.

    Where an operation does not fit (shapes, a logarithm of a negative number, values that grow too large) the
    next one is tried; what does not contribute to the last value is left out.
    """
    leaves = tuple(numbers(r, s) for r, s in zip(raw, LEAF_SHAPES[shapes], strict=True))
    values: list[Any] = [torch.from_numpy(leaf.copy()) for leaf in leaves]
    program: list[Step] = []
    names = [*ops, *[name for name in ops if name in OPERANDS] * 3]  # these make graphs rather than chains
    for code in steps:
        for turn in range(len(names)):
            step = _step(names[(code[0] + turn) % len(names)], code, len(leaves), values, ops)
            value = None if step is None else apply(step, values)
            if step is not None and value is not None and _moderate(value):
                program.append(step)
                values.append(value)
                break
    if not program:
        return None
    if values[-1].ndim:
        program.append(Step(TOTAL, (len(values) - 1,)))
    return _pruned(leaves, program)


def _step(
    name: str, code: bytes, leaves: int, values: Sequence[Any], ops: Mapping[str, Choose]
) -> Step | None:
    operands = tuple(_operand(c, leaves, len(values)) for c in code[1 : 1 + OPERANDS.get(name, 1)])
    applied = ops[name]([values[o].numpy() for o in operands], code[3])
    if applied is None:
        return None
    return Step(applied, operands if "{1}" in applied.text else operands[:1])


def _moderate(value: Any) -> bool:
    return value.numel() <= LARGEST_SIZE and bool((value.abs() <= LARGEST).all())  # False for nan


def _operand(code: int, leaves: int, count: int) -> int:
    """Which of ``count`` values a byte stands for: one of the newest three, or a leaf.

    Leaving a step out must not change what the later ones refer to, or nothing could be shrunk.
    """
    if code < NEWEST:
        return max(0, count - 1 - (0 if code < NEWEST // 2 else 1 if code < NEWEST * 3 // 4 else 2))
    return (code - NEWEST) * leaves // (256 - NEWEST)


def _pruned(leaves: tuple[Array, ...], steps: Sequence[Step]) -> Program:
    needed = {len(leaves) + len(steps) - 1}
    for number in range(len(leaves) + len(steps) - 1, len(leaves) - 1, -1):
        if number in needed:
            needed.update(steps[number - len(leaves)].operands)
    kept = sorted(needed)
    moved = {old: new for new, old in enumerate(kept)}
    return Program(
        leaves=tuple(leaves[k] for k in kept if k < len(leaves)),
        steps=tuple(
            Step(step.applied, tuple(moved[o] for o in step.operands))
            for step in (steps[k - len(leaves)] for k in kept if k >= len(leaves))
        ),
    )


@one_thread()
def simulate(program: Program, mistake: str) -> list[Array]:
    """Gradients of the leaves as a backward pass with a known mistake would find them.

    Args:
        program: what to differentiate.
        mistake: ``overwrite`` (= instead of +=), ``preorder`` or ``breadth`` (each value passes its gradient
            on once, but too early; with `` lost`` after it, what arrives later is lost), ``repeat`` or
            ``at once`` (each value passes on all it has whenever something arrives), or ``none``.
    """
    values: list[Any] = [torch.from_numpy(np.array(leaf)) for leaf in program.leaves]
    for step in program.steps:
        values.append(apply(step, values))
    found: list[Any] = [torch.zeros_like(v) for v in values]
    found[-1] = torch.ones_like(values[-1])
    first = len(program.leaves)

    def parts(number: int) -> list[tuple[int, Any]]:
        """What the value passes on, operand by operand."""
        if number < first:
            return []
        step = program.steps[number - first]
        parents = [values[o].detach().requires_grad_() for o in step.operands]
        with torch.enable_grad():
            out = step.applied.run(parents[0], parents[-1])
        return list(zip(step.operands, torch.autograd.grad(out, parents, found[number]), strict=True))

    def add(operand: int, part: Any) -> None:
        found[operand] = part if mistake == "overwrite" else found[operand] + part

    visits = 0

    def at_once(number: int) -> None:
        nonlocal visits
        visits += 1
        for operand, part in parts(number) if visits < MOST_VISITS else []:
            add(operand, part)
            at_once(operand)

    if mistake == "at once":
        at_once(len(values) - 1)
    elif mistake in ("none", "overwrite"):
        for number in range(len(values) - 1, -1, -1):
            for operand, part in parts(number):
                add(operand, part)
    else:
        waiting, seen = [len(values) - 1], set[int]()
        while waiting and visits < MOST_VISITS:
            number = waiting.pop(0) if mistake.startswith("breadth") else waiting.pop()
            if mistake != "repeat" and number in seen:
                continue
            seen.add(number)
            visits += 1
            contributions = parts(number)
            for operand, part in contributions:
                if "lost" not in mistake or operand not in seen:
                    add(operand, part)
            operands = [operand for operand, _ in contributions]
            waiting.extend(operands if mistake.startswith("breadth") else reversed(operands))
    return [found[i].numpy() for i in range(first)]
