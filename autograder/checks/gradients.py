"""Judge gradients against torch, on random inputs, shapes and upstream gradients.

Order of work: is the code deterministic and does it leave its inputs alone; then the gradients; then what
happens to a value that is used twice. The first objection is shrunk, shown, and explained if it can be.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

from autograder.checks import diagnosis, render, structure, verdicts
from autograder.checks.calling import Raised
from autograder.checks.compare import RELATIVE, compare
from autograder.checks.finding import Finding
from autograder.checks.grid import COTANGENT_BYTES, cotangent
from autograder.checks.ladder import is_smooth
from autograder.checks.oracle import Oracle
from autograder.checks.reading import Unreadable
from autograder.checks.search import Search, SkipExample, search
from autograder.checks.student import PairStyle, Style, TensorStyle
from autograder.checks.values import argument_names, as_tuples, judge_value, passed
from autograder.errors import UsageError
from autograder.verdict import Outcome, Verdict

Array = NDArray[Any]
Example = tuple[tuple[Any, ...], bytes]
"""The arguments, and the bytes that the upstream gradient is made from once its shape is known."""


def gradients(
    function: Callable[..., Any] | None,
    *,
    like: Callable[..., Any],
    inputs: SearchStrategy[Any],
    tensor: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    wrt: Sequence[int] | None = None,
    examples: int = 100,
    seed: int = 0,
    relative: float = RELATIVE,
    names: Sequence[str] | None = None,
    call: str = "",
    backward_call: str = "",
    start: Callable[[Any, Array], Any] | None = None,
    upstream: Callable[[tuple[int, ...]], Array] | None = None,
    shared: bool = True,
    accumulates: bool | None = None,
    seconds: float = 120.0,
) -> Outcome:
    """Does the backward pass compute the derivative of ``like``?

    Exactly one of ``tensor`` and ``backward`` says how the assignment writes gradients.

    Args:
        function: the forward pass: takes tensors and returns one, or takes arrays and returns one. With
            ``backward`` it may be None if the forward pass is judged elsewhere.
        like: the same function on torch tensors (float64).
        inputs: strategy for one argument or a tuple of arguments, see ``autograder.checks.inputs``. Float arrays
            are differentiated, everything else is handed on as it is.
        tensor: makes the student's tensor from a float64 array, e.g. ``student.Tensor``.
        backward: takes all arguments and the upstream gradient, returns the gradient, or a tuple of them, one
            for each differentiated argument.
        wrt: positions of the arguments to differentiate; the other arrays stay arrays.
        examples: how many inputs to judge.
        seed: number from which inputs and upstream gradients are derived.
        relative: relative tolerance.
        names: names of the arguments in messages; by default ``x``, or ``a``, ``b``, ``c``.
        call: how a student would write the forward pass, if ``function`` cannot be shown, e.g. ``"relu(x)"``.
        backward_call: the same for ``backward``, e.g. ``"relu_backward(x, upstream)"``.
        start: runs the backward pass of a tensor for an upstream gradient; by default
            ``out.backward(upstream)``.
        upstream: makes the upstream gradient for a shape, e.g. ``np.ones`` where a backward pass without
            argument is judged; by default random numbers.
        shared: judge also the same tensor in all places at once, which needs a backward pass that adds up. Only
            with ``tensor``.
        accumulates: True if a second backward pass adds to a gradient, None not to judge it.
        seconds: wall time for each part of the check.

    Returns:
        A pass; a fail or error with the smallest input that shows it; or inconclusive.

    Raises:
        UsageError: not exactly one of ``tensor`` and ``backward`` is given.
        StudentError: something does not exist or is not implemented yet.
        Exception: ``like`` or ``inputs`` raised: the author's mistake.
    """
    style: Style
    if tensor is not None and backward is None and function is not None:
        style = TensorStyle(function, tensor, call, start)
    elif backward is not None and tensor is None:
        style = PairStyle(function, backward, call, backward_call)
    else:
        raise UsageError("a gradient check needs either a function and tensor=..., or backward=...")
    check = _Check(Oracle(like, wrt), style, relative, names, upstream, has_forward=function is not None)
    strategy = st.tuples(as_tuples(inputs), st.binary(min_size=COTANGENT_BYTES, max_size=COTANGENT_BYTES))
    deadline = time.monotonic() + seconds

    def look(judge: Callable[[Example], Finding | None], count: int) -> Search[Example, Finding]:
        return search(
            strategy, judge, examples=count, seed=seed, seconds=max(0.0, deadline - time.monotonic())
        )

    probed = look(check.probe, min(structure.PROBES, examples))
    objection = probed.flaky or ((probed.example, probed.finding) if probed.finding else None)
    if objection is not None and objection[0] is not None and objection[1] is not None:
        return verdicts.failed(probed, objection[1], seed, check.show(objection[0], objection[1].subject))
    result = look(check.judge, examples)
    outcome = verdicts.unjudged(result, examples, seed, lambda e: check.show(e, ""))
    if outcome is not None:
        return outcome
    if result.finding is not None and result.example is not None:
        return check.explain(result, result.example, result.finding, seed)
    if not check.moved:
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            code="nothing-to-judge",
            message="The right gradient is 0 for every input tried, so nothing was judged.",
            evidence=verdicts.evidence(result, seed),
        )
    if tensor is not None:
        for judge, stage in ((check.shared, "shared"), (check.twice, "twice")):
            if (stage == "shared" and not shared) or (stage == "twice" and not accumulates):
                continue
            again = look(judge, min(structure.PROBES, examples))
            if again.finding is not None and again.example is not None:
                return check.explain(again, again.example, again.finding, seed, stage)
    return passed(result.examples, seed)


_LEADS = {
    "shared": "The gradient is wrong where the same tensor is used in several places",
    "twice": "The gradient is wrong after a second backward pass",
}


class _Check:
    """The parts of one gradient check that share an oracle and a style."""

    def __init__(
        self,
        oracle: Oracle,
        style: Style,
        relative: float,
        names: Sequence[str] | None,
        upstream: Callable[[tuple[int, ...]], Array] | None,
        *,
        has_forward: bool,
    ) -> None:
        self.oracle = oracle
        self.style = style
        self.relative = relative
        self.names = names
        self.upstream = upstream
        self.has_forward = has_forward
        self.moved = False
        """Whether some right gradient was not 0."""

    def seed(self, raw: bytes) -> Callable[[tuple[int, ...]], Array]:
        """Makes the upstream gradient of one example."""
        return self.upstream or partial(cotangent, raw)

    def labels(self, args: Sequence[Any], stage: str = "") -> tuple[str, ...]:
        """Names of the arguments; where one tensor is used in several places they have the same."""
        labels = list(argument_names(args, self.names))
        if stage == "shared":
            positions = self.oracle.positions(args)
            for position in positions:
                labels[position] = labels[positions[0]]
        return tuple(labels)

    def probe(self, drawn: Example) -> Finding | None:
        """Called twice with the same input: the same gradients, the input as it was?"""
        args, _ = drawn
        return structure.probe(self.style, args, self.oracle.positions(args), self._right(drawn)[1])

    def judge(self, drawn: Example) -> Finding | None:
        """Forward and backward pass against the oracle."""
        args, raw = drawn
        expected, upstream, right = self._right(drawn)
        positions = self.oracle.positions(args)
        labels = self.labels(args)
        try:
            run = self.style.forward(args, positions)
            if self.has_forward:
                finding = judge_value(
                    self.style.reader,
                    run.value,
                    expected,
                    "out",
                    partial(self._rounding, drawn, None),
                    self.relative,
                )
                if finding is not None:
                    return finding
            found = run.backward(upstream.copy())
        except Raised as problem:
            return problem.finding()
        except Unreadable as problem:
            return Finding(
                code="gradient-unreadable", subject="the gradient", got=str(problem), expected="an array"
            )
        if len(found) != len(right):
            return Finding(
                code="gradient-count", expected=f"{len(right)} gradients", got=f"{len(found)} gradients"
            )
        got: list[Array | None] = []
        finding = None
        for index, (mine, exact) in enumerate(zip(found, right, strict=True)):
            subject = self.style.subject(labels[positions[index]])
            array, objection = self._one(mine, exact, subject, partial(self._rounding, drawn, index))
            got.append(array)
            finding = finding or objection
        self.moved = self.moved or any(np.any(g) for g in right)
        if finding is None:
            return None
        if not is_smooth(self.oracle, args, self.seed(raw)):
            raise SkipExample
        case = diagnosis.Case(
            args=tuple(args[p] for p in positions), out=expected, upstream=upstream, right=right, got=tuple(got),
            ones=self.oracle.gradients(args, np.ones)[2],
        )  # fmt: skip
        return dataclasses.replace(finding, case=case)

    def shared(self, drawn: Example) -> Finding | None:
        """The same tensor in two places: its gradient is the sum."""
        args, raw = drawn
        return structure.shared(
            self.style, self.oracle, args, self.seed(raw), self.labels(args)[0], self.relative
        )

    def twice(self, drawn: Example) -> Finding | None:
        """A second backward pass: gradients add up."""
        args, raw = drawn
        return structure.twice(
            self.style, self.oracle, args, self.seed(raw), self.labels(args), self.relative
        )

    def show(self, drawn: Example, subject: str, stage: str = "") -> str:
        """An example as code."""
        args = list(drawn[0])
        positions = self.oracle.positions(args)
        if stage == "shared":
            for position in positions:
                args[position] = args[positions[0]]
        return self.style.example(
            args, self.labels(args, stage), self._right(drawn)[1], subject, twice=stage == "twice"
        )

    def explain(
        self, result: Search[Example, Finding], drawn: Example, finding: Finding, seed: int, stage: str = ""
    ) -> Outcome:
        """The outcome for the smallest objection, with a diagnosis if one fits all failing examples."""
        example = self.show(drawn, finding.subject, stage)
        if finding.code.startswith("raised"):
            return verdicts.raised(result, finding, seed, example)
        if not finding.code.startswith("gradient-"):
            extra = (
                "The gradient was not judged: the forward pass has to be right first."
                if finding.subject == "out"
                else ""
            )
            return verdicts.failed(result, finding, seed, example, extra=extra)
        extra = "Your forward pass is right; only the gradient differs." if self.has_forward else ""
        mistake = diagnosis.diagnose([f.case for _, f in result.failures] + [finding.case])
        if mistake is None or finding.code not in ("gradient-wrong", "gradient-shape"):
            lead = _LEADS.get(stage, "") if finding.code == "gradient-wrong" else ""
            return verdicts.failed(result, finding, seed, example, lead=lead, extra=extra)
        return verdicts.failed(
            result,
            finding,
            seed,
            example,
            lead=mistake.sentence,
            extra=extra,
            hint=mistake.hint,
            code=mistake.code,
        )

    def _one(
        self, mine: Any, exact: Array, subject: str, rounding: Callable[[], Any]
    ) -> tuple[Array | None, Finding | None]:
        if mine is None:
            missing = Finding(
                code="gradient-missing", subject=subject, expected=render.array(exact), got="None"
            )
            return None, missing
        try:
            array = self.style.reader.value_of(mine)
        except Unreadable as problem:
            return None, Finding(
                code="gradient-unreadable", subject=subject, expected=render.array(exact), got=str(problem)
            )
        return array, compare(
            array, exact, prefix="gradient-", subject=subject, rounding=rounding, relative=self.relative
        )

    def _right(self, drawn: Example) -> tuple[Array, Array, tuple[Array, ...]]:
        args, raw = drawn
        expected, upstream, right = self.oracle.gradients(args, self.seed(raw))
        if not all(np.all(np.isfinite(a)) for a in (expected, *right)):
            raise SkipExample
        return expected, upstream, right

    def _rounding(self, drawn: Example, index: int | None) -> Any:
        args, raw = drawn
        exact, _, right = self._right(drawn)
        try:
            rough, _, rough_right = self.oracle.gradients(args, self.seed(raw), np.float32)
        except Exception:  # noqa: BLE001 - an oracle that insists on float64 has no float32 run, and no extra room
            return None
        pair = (rough, exact) if index is None else (rough_right[index], right[index])
        return np.abs(pair[0].astype(np.float64) - pair[1])
