"""The judge of one gradient check: what it asks of each example, and how it words what it finds."""

from __future__ import annotations

import contextlib
import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks import diagnosis, render, structure, verdicts
from autograder.checks.ahead import settled
from autograder.checks.calling import Raised
from autograder.checks.compare import compare
from autograder.checks.finding import MOST_KEPT, Finding
from autograder.checks.grid import cotangent
from autograder.checks.ladder import is_smooth
from autograder.checks.reading import Unreadable
from autograder.checks.search import Search, SkipExample
from autograder.checks.student import FORWARD
from autograder.checks.values import argument_names, judge_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.checks.oracle import Oracle
    from autograder.checks.student import Pass, Style
    from autograder.verdict import Outcome

Array = NDArray[Any]
Example = tuple[tuple[Any, ...], bytes]
"""The arguments, and the bytes that the upstream gradient is made from once its shape is known."""

_LEADS = {
    "shared": "The gradient is wrong where the same tensor is used in several places",
    "twice": "The gradient is wrong after a second backward pass",
    "parts": "The gradient is wrong after a second backward from the same result",
}


class GradientJudge:
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
        self._rights: dict[int, tuple[Example, tuple[Array, Array, tuple[Array, ...]]]] = {}
        self._ahead: dict[int, Sequence[Pass | None]] = {}
        self.shareable = False
        """Whether some example has arguments of equal shape, so that one tensor can stand for all."""

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
        if id(drawn) not in self._rights:
            self.prepare_probe([drawn])
        upstream, ahead = self._right(drawn)[1], self._ahead.pop(id(drawn), ())
        return structure.probe(self.style, args, self.oracle.positions(args), upstream, ahead)

    def judge(self, drawn: Example) -> Finding | None:
        """Forward and backward pass against the oracle."""
        args, _ = drawn
        if id(drawn) not in self._rights:
            self.prepare([drawn])
        self._right(drawn)

        def again() -> Pass | None:
            self.prepare([drawn])
            return self._quick(drawn)

        return settled(
            self._quick(drawn),
            lambda run: self._judge_pass(drawn, lambda: run),
            lambda: self._judge_pass(drawn, lambda: self.style.forward(args, self.oracle.positions(args))),
            again,
        )

    def _quick(self, drawn: Example) -> Pass | None:
        (run,) = self._ahead.pop(id(drawn), (None,))
        return run

    def prepare_probe(self, examples: Sequence[Example]) -> None:
        """Run what ``probe`` will ask about these examples, in one round trip where that is possible."""
        self._run_ahead(examples, times=2)

    def prepare(self, examples: Sequence[Example]) -> None:
        """The same for ``judge``."""
        self._run_ahead(examples, times=1)

    def _run_ahead(self, examples: Sequence[Example], *, times: int) -> None:
        self._rights, self._ahead = {}, {}
        cases = []
        for drawn in examples:
            with contextlib.suppress(SkipExample):
                case = (drawn[0], self.oracle.positions(drawn[0]), self._right(drawn)[1])
                cases.append((drawn, case))
        runs = self.style.ahead([case for _, case in cases], times=times)
        for number, (drawn, _) in enumerate(cases):
            self._ahead[id(drawn)] = runs[number * times : (number + 1) * times]

    def _judge_pass(self, drawn: Example, forward: Callable[[], Pass]) -> Finding | None:
        args, raw = drawn
        expected, upstream, right = self._right(drawn)
        positions = self.oracle.positions(args)
        labels = self.labels(args)
        try:
            run = forward()
            if self.has_forward:
                finding = judge_value(
                    self.style.reader,
                    run.value,
                    expected,
                    FORWARD,
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
            got.append(np.empty(0) if array is not None and array.size > MOST_KEPT else array)
            finding = finding or objection
        self.moved = self.moved or any(np.any(g) for g in right)
        self.shareable = self.shareable or structure.shareable(args, positions)
        if finding is None:
            return None
        if not is_smooth(self.oracle, args, self.seed(raw)):
            raise SkipExample
        case = diagnosis.Case(
            args=tuple(args[p] for p in positions), out=expected, upstream=upstream, right=right,
            got=tuple(got), ones=self.oracle.gradients(args, np.ones)[2],
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
        case = (args, positions, self._right(drawn)[1])
        return self.style.example(case, self.labels(args, stage), subject, twice=stage == "twice")

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
                if finding.subject == FORWARD
                else ""
            )
            return verdicts.failed(result, finding, seed, example, extra=extra)
        extra = ""
        if self.has_forward:
            differs = finding.code in ("gradient-wrong", "gradient-shape", "gradient-not-finite")
            extra = f"Your forward pass is right{'; only the gradient differs' if differs else ''}."
        mistake = None
        if finding.code in ("gradient-wrong", "gradient-shape") and stage != "parts":
            mistake = diagnosis.diagnose([f.case for _, f in result.failures] + [finding.case])
        if mistake is None:
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
        if id(drawn) not in self._rights:  # the example is kept with it, so that its id stays its own
            args, raw = drawn
            self._rights[id(drawn)] = drawn, self.oracle.gradients(args, self.seed(raw))
        expected, upstream, right = self._rights[id(drawn)][1]
        if not all(np.all(np.isfinite(a)) for a in (expected, *right)):
            raise SkipExample
        return expected, upstream, right

    def _rounding(self, drawn: Example, index: int | None) -> Any:
        args, raw = drawn
        exact, _, right = self._right(drawn)
        try:
            rough, _, rough_right = self.oracle.gradients(args, self.seed(raw), np.float32)
        except Exception:  # noqa: BLE001 - an oracle that insists on float64 leaves no extra room
            return None
        pair = (rough, exact) if index is None else (rough_right[index], right[index])
        return np.abs(pair[0].astype(np.float64) - pair[1])
