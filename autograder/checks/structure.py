"""What can be judged before, or besides, the numbers of a gradient."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.calling import Raised
from autograder.checks.compare import compare
from autograder.checks.diagnosis import Case
from autograder.checks.finding import Finding
from autograder.checks.reading import Reader, Unreadable
from autograder.checks.search import SkipExample
from autograder.checks.values import changed_input, different

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autograder.checks.oracle import Oracle
    from autograder.checks.student import Pass, Style

Array = NDArray[Any]

PROBES = 4
"""Examples on which structure is judged; each costs a few passes."""


def probe(
    style: Style,
    args: Sequence[Any],
    positions: Sequence[int],
    upstream: Array,
    ahead: Sequence[Pass | None] = (),
) -> Finding | None:
    """Run both passes twice: same answers, inputs and upstream gradient left alone?

    Code that raises or returns nothing readable is left to the judge of the numbers.

    Args:
        style: how to run them.
        args: where.
        positions: of the arguments to differentiate.
        upstream: the upstream gradient.
        ahead: two runs that were made already. They are believed if there is nothing wrong with them, and if
            two more show as well that what was given is changed.
    """
    made = [run for run in ahead if run is not None]
    seen = _probe(style, args, upstream, made)
    if seen is None and len(made) == 2:
        return None
    finding = _probe(style, args, upstream, (style.forward(args, positions) for _ in range(2)))
    if finding is None and seen is not None and seen.code != "not-deterministic":
        # by code that lives elsewhere: step by step, it gets copies
        made = [run for run in style.ahead([(args, positions, upstream)], times=2) if run is not None]
        finding = _probe(style, args, upstream, made)
    return finding


def _probe(style: Style, args: Sequence[Any], upstream: Array, runs: Iterable[Pass]) -> Finding | None:
    try:
        answers = []
        for run in runs:
            given = upstream.copy()
            value = [style.reader.value_of(run.value)] if run.value is not None else []
            answers.append(value + _readable(style.reader, run.backward(given)))
            changed = changed_input(args, run.inputs())
            if changed is not None:
                return changed
            if not np.array_equal(given, upstream):
                return Finding(
                    code="upstream-changed", subject="upstream",
                    expected=render.array(upstream), got=render.array(given),
                )  # fmt: skip
    except (Raised, Unreadable):
        return None
    return different(*answers) if len(answers) == 2 else None


def shareable(args: Sequence[Any], positions: Sequence[int]) -> bool:
    """Whether the same tensor could stand in all these places."""
    return len(positions) > 1 and len({args[p].shape for p in positions}) == 1


def shared(
    style: Style,
    oracle: Oracle,
    args: Sequence[Any],
    seed: Callable[[tuple[int, ...]], Array],
    name: str,
    relative: float,
) -> Finding | None:
    """Hand the same tensor over in every differentiated place: its gradient is the sum of all."""
    positions = oracle.positions(args)
    if not shareable(args, positions):
        raise SkipExample
    same = list(args)
    for position in positions:
        same[position] = args[positions[0]]
    expected, upstream, parts = _right(oracle, same, seed)
    case = Case(
        args=(same[positions[0]],), out=expected, upstream=upstream, right=(np.sum(parts, axis=0),), got=(),
        ones=(np.sum(oracle.gradients(same, np.ones)[2], axis=0),), parts=parts,
    )  # fmt: skip
    return _judge(style, lambda: style.forward(same, positions, shared=True), case, [name], relative)


def twice(
    style: Style,
    oracle: Oracle,
    args: Sequence[Any],
    seed: Callable[[tuple[int, ...]], Array],
    names: Sequence[str],
    relative: float,
) -> Finding | None:
    """Run forward and backward pass twice on the same tensors: gradients add up."""
    positions = oracle.positions(args)
    expected, upstream, right = _right(oracle, args, seed)
    case = Case(
        args=tuple(args[p] for p in positions), out=expected, upstream=upstream,
        right=tuple(2 * g for g in right), got=(), ones=oracle.gradients(args, np.ones)[2],
    )  # fmt: skip

    def second() -> Pass:
        run = style.forward(args, positions)
        run.backward(upstream.copy())
        return run.again()

    finding = _judge(style, second, case, [names[p] for p in positions], relative)
    if finding is not None and finding.code == "gradient-wrong":
        got = finding.case.got
        if all(np.array_equal(mine, once) for mine, once in zip(got, right, strict=True)):
            return dataclasses.replace(finding, code="gradient-not-accumulated", case=None)
    return finding


def _right(
    oracle: Oracle, args: Sequence[Any], seed: Callable[[tuple[int, ...]], Array]
) -> tuple[Array, Array, tuple[Array, ...]]:
    expected, upstream, right = oracle.gradients(args, seed)
    if not all(np.all(np.isfinite(a)) for a in (expected, *right)):
        raise SkipExample
    return expected, upstream, right


def _judge(
    style: Style, run: Callable[[], Pass], case: Case, names: Sequence[str], relative: float
) -> Finding | None:
    try:
        found = run().backward(case.upstream.copy())
        got = _readable(style.reader, found)
    except Raised as problem:
        return problem.finding()
    except Unreadable:
        got = []
    if len(got) != len(case.right):
        return Finding(
            code="gradient-missing",
            subject=style.subject(names[0]),
            expected=render.array(case.right[0]),
            got="None",
        )
    case = dataclasses.replace(case, got=tuple(got))
    for name, mine, exact in zip(names, got, case.right, strict=True):
        finding = compare(mine, exact, prefix="gradient-", subject=style.subject(name), relative=relative)
        if finding is not None:
            return dataclasses.replace(finding, case=case)
    return None


def _readable(reader: Reader, found: Sequence[Any]) -> list[Array]:
    return [reader.value_of(g) for g in found if g is not None]
