"""Judge whole expression graphs: random programs over the operations of a student's tensor.

Single operations can all be right while a graph is wrong: values used twice, branches of different length,
broadcasting in the middle. A failing program is shrunk to the smallest one and shown as code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from autograder.checks import diagnosis, render, verdicts
from autograder.checks.calling import Raised, ask
from autograder.checks.compare import RELATIVE, compare, tolerance
from autograder.checks.finding import Finding
from autograder.checks.graph import (
    LEAF_BYTES,
    LEAF_SHAPES,
    MOST_STEPS,
    STEP_BYTES,
    Program,
    decode,
    simulate,
)
from autograder.checks.ladder import is_smooth
from autograder.checks.operations import chosen
from autograder.checks.oracle import Oracle
from autograder.checks.reading import Reader, Unreadable
from autograder.checks.search import SkipExample, search
from autograder.checks.values import judge_value, passed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograder.verdict import Outcome

Array = NDArray[Any]
Drawn = tuple[int, tuple[bytes, bytes], list[bytes]]

_EARLY = diagnosis.Mistake(
    "gradient-order",
    "A value passes its gradient on before all of it has arrived",
    "Visit the values in reverse topological order: a value comes after everything that uses it.",
)
_OFTEN = diagnosis.Mistake(
    "gradient-order",
    "A value that is used in several places passes its gradient on more than once",
    "Let each value pass on its gradient once, after all of it has arrived.",
)
_MISTAKES = {
    "overwrite": diagnosis.OVERWRITTEN,
    "preorder": _EARLY,
    "breadth": _EARLY,
    "preorder lost": _EARLY,
    "breadth lost": _EARLY,
    "repeat": _OFTEN,
    "at once": _OFTEN,
}
_COMPOSED = frozenset({"sub", "div", "mean", "pow"})
"""Operations that are often built from others, so that the student's graph may differ from the program."""
_SHARED_LEAF = diagnosis.Mistake(
    "gradient-shared",
    "The gradient is wrong where a value is used in several places",
    "A value collects the gradients of everything that uses it (+=) and passes them on only after that.",
)
_SHARED_INNER = diagnosis.Mistake(
    "gradient-order",
    "The gradient is wrong where a computed value is used in several places",
    "Does a value collect the gradients of everything that uses it before it passes them on? "
    "Visit the values in reverse topological order.",
)


@dataclass(frozen=True, slots=True)
class _Case:
    program: Program
    got: tuple[Array, ...]
    right: tuple[Array, ...]


def programs(
    tensor: Callable[..., Any],
    *,
    ops: Sequence[str] | Mapping[str, Callable[..., Any] | None] | None = None,
    examples: int = 100,
    seed: int = 0,
    relative: float = RELATIVE,
    start: Callable[[Any], Any] | None = None,
    seconds: float = 120.0,
) -> Outcome:
    """Are values and gradients of random programs right?

    Args:
        tensor: makes the student's tensor from a float64 array, e.g. ``student.Tensor``.
        ops: what the programs may use (see ``operations.OPERATIONS``): names, or a mapping from names to
            functions where the assignment has a function instead of a method; None for everything.
        examples: how many programs to judge.
        seed: number from which the programs are derived.
        relative: relative tolerance.
        start: runs the backward pass of the last value, a single number; by default ``out.backward()``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass, or what is wrong with the smallest program that shows it.

    Raises:
        UsageError: an operation is unknown.
        StudentError: an operation is missing or not implemented yet.
    """
    operations = chosen(ops)
    reader = Reader()
    run_backward = start or (lambda out: out.backward())
    strategy = st.tuples(
        st.integers(0, len(LEAF_SHAPES) - 1),
        st.tuples(_bytes(LEAF_BYTES), _bytes(LEAF_BYTES)),
        st.lists(_bytes(STEP_BYTES), min_size=1, max_size=MOST_STEPS),
    )

    def program_of(drawn: Drawn) -> Program:
        program = decode(*drawn, operations)
        if program is None:
            raise SkipExample
        return program

    def judge(drawn: Drawn) -> Finding | None:
        program = program_of(drawn)
        oracle = Oracle(lambda *leaves: program.run(leaves))
        expected, _, right = oracle.gradients(program.leaves, np.ones)
        if not all(np.all(np.isfinite(a)) and np.max(np.abs(a), initial=0) < 1e4 for a in (expected, *right)):
            raise SkipExample
        try:
            leaves = [ask(tensor, leaf.copy()) for leaf in program.leaves]
            out = ask(program.run, leaves)
            finding = judge_value(reader, out, expected, "the result", lambda: None, relative)
            if finding is None:
                ask(run_backward, out)
                got = [reader.gradient_of(leaf) for leaf in leaves]
                finding = _gradients(reader, program, got, right, relative)
        except Raised as problem:
            return problem.finding()
        except Unreadable as problem:
            return Finding(
                code="gradient-unreadable", subject="a gradient", expected="an array", got=str(problem)
            )
        if finding is not None and not is_smooth(oracle, program.leaves, np.ones):
            raise SkipExample
        return finding

    def show(drawn: Drawn, subject: str) -> str:
        return program_of(drawn).code(
            render.name_of(tensor, "Tensor"), subject or f"a.{reader.gradient_name}"
        )

    result = search(strategy, judge, examples=examples, seed=seed, seconds=seconds)
    outcome = verdicts.unjudged(result, examples, seed, lambda drawn: show(drawn, ""))
    if outcome is not None:
        return outcome
    if result.smallest is None:
        return passed(result.examples, seed)
    drawn, finding = result.smallest
    if finding.code.startswith("raised"):
        return verdicts.raised(result, finding, seed, show(drawn, ""), things="programs")
    example = show(drawn, finding.subject)
    used = program_of(drawn).operations()
    uses = "" if len(used) == 1 else f" The smallest program that shows it uses {' and '.join(used)}."
    if finding.code.startswith("value-"):
        lead = f"The result of {used[0]} is wrong" if len(used) == 1 and finding.code == "value-wrong" else ""
        return verdicts.failed(
            result, finding, seed, example, lead=lead, extra=uses.strip(), things="programs"
        )
    cases = [f.case for _, f in result.failures if f.case is not None]
    if finding.case is not None:
        cases.append(finding.case)
    mistake = _diagnose(cases) if finding.code == "gradient-wrong" else None
    extra = "The forward pass is right; only the gradient differs."
    if mistake is None:
        return verdicts.failed(result, finding, seed, example, extra=extra + uses, things="programs")
    return verdicts.failed(
        result, finding, seed, example, lead=mistake.sentence, extra=extra, hint=mistake.hint,
        code=mistake.code, things="programs",
    )  # fmt: skip


def _gradients(
    reader: Reader, program: Program, got: Sequence[Any], right: Sequence[Array], relative: float
) -> Finding | None:
    arrays = [reader.value_of(g) for g in got if g is not None]
    for name, mine, exact in zip(program.names(), got, right, strict=False):
        subject = f"{name}.{reader.gradient_name}"
        if mine is None:
            return Finding(code="gradient-missing", subject=subject, expected=render.array(exact), got="None")
        finding = compare(
            reader.value_of(mine), exact, prefix="gradient-", subject=subject, relative=relative
        )
        if finding is not None:
            case = _Case(program, tuple(arrays), tuple(right)) if len(arrays) == len(right) else None
            return Finding(
                code=finding.code, subject=subject, expected=finding.expected, got=finding.got,
                error=finding.error, tolerance=finding.tolerance, case=case,
            )  # fmt: skip
    return None


def _diagnose(cases: Sequence[_Case]) -> diagnosis.Mistake | None:
    """The mistake in the backward pass that gives all these numbers, or else what the programs share."""
    plain = [c for c in cases if not _COMPOSED.intersection(c.program.operations())]
    fitting = [m for name, m in _MISTAKES.items() if all(_fits(c, simulate(c.program, name)) for c in plain)]
    if plain and len({mistake.code for mistake in fitting}) == 1:
        return fitting[0]
    squares = set.intersection(*({*case.program.of_one_value()} for case in cases)) if cases else set()
    if len(squares) == 1:
        operation = squares.pop()
        return diagnosis.Mistake(
            "gradient-wrong",
            f"The gradient of {operation} is wrong where both operands are the same value",
            "The value then gets the sum of two gradients, one for each place.",
        )
    if cases and all(case.program.shared()[1] for case in cases):
        return _SHARED_INNER
    if cases and all(any(case.program.shared()) for case in cases):
        return _SHARED_LEAF
    operations = cases[-1].program.operations() if cases else []
    if len(operations) == 1:
        return diagnosis.Mistake("gradient-wrong", f"The gradient of {operations[0]} is wrong", "")
    return None


def _fits(case: _Case, simulated: Sequence[Array]) -> bool:
    return all(
        mine.shape == wrong.shape and bool(np.all(np.abs(mine - wrong) <= tolerance(wrong)))
        for mine, wrong in zip(case.got, simulated, strict=True)
    )


def _bytes(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)
