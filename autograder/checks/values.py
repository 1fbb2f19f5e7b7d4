"""Judge what a function returns: shape, kind of numbers, finite, and right within rounding."""

from __future__ import annotations

import string
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks import render, verdicts
from autograder.checks.ahead import Ahead, Array, arrays_in, settled, several_calls
from autograder.checks.calling import Raised, ask, ask_openly
from autograder.checks.compare import RELATIVE, compare
from autograder.checks.finding import Finding
from autograder.checks.oracle import Oracle, is_differentiable
from autograder.checks.reading import VALUE_NAMES, Reader, Unreadable
from autograder.checks.search import SkipExample, search
from autograder.verdict import PASSED, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

PROBES = 4
"""Examples on which a function is called twice."""


def values(
    function: Callable[..., Any],
    *,
    like: Callable[..., Any],
    inputs: SearchStrategy[Any],
    tensor: Callable[..., Any] | None = None,
    examples: int = 100,
    seed: int = 0,
    relative: float = RELATIVE,
    names: Sequence[str] | None = None,
    call: str = "",
    seconds: float = 120.0,
) -> Outcome:
    """Is ``function`` the function ``like``?

    Args:
        function: the student's function, or a lambda around it. One that names nothing of the test may run
            beside the notebook (see ``shippable``), so what is right belongs in ``like``.
        like: the same function on torch tensors (float64). It may return a tuple; then so must ``function``.
        inputs: strategy for one argument or a tuple of arguments, see ``autograder.checks.inputs``.
        tensor: wraps each float array before ``function`` gets it, e.g. ``student.Tensor``.
        examples: how many inputs to judge.
        seed: number from which the inputs are derived.
        relative: relative tolerance.
        names: names of the arguments in messages; by default ``x``, or ``a``, ``b``, ``c``.
        call: how a student would write the call, if ``function`` cannot be shown, e.g. ``"relu(x)"``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass, or what is wrong with the smallest input that shows it.

    Raises:
        StudentError: ``function`` does not exist or is not implemented yet.
        Exception: ``like`` or ``inputs`` raised: the author's mistake.
    """
    oracle = Oracle(like)
    reader = Reader()
    known = _Known(oracle, function, tensor)

    def answer(args: tuple[Any, ...]) -> list[Any]:
        given = [prepared(a, tensor) for a in args]
        result = ask(function, *given)
        return list(result) if isinstance(result, tuple | list) and len(known.right(args)) > 1 else [result]

    def judge(args: tuple[Any, ...]) -> Finding | None:
        expected = known.right(args)
        if not all(np.all(np.isfinite(e)) for e in expected):
            raise SkipExample

        def again() -> list[Any] | None:
            known.prepare([args])
            return known.answer(args)

        return settled(
            known.answer(args),
            lambda found: hold(args, expected, lambda: found),
            lambda: hold(args, expected, lambda: answer(args)),
            again,
        )

    def hold(
        args: tuple[Any, ...], expected: tuple[Any, ...], answer: Callable[[], list[Any]]
    ) -> Finding | None:
        try:
            got = answer()
            if len(got) != len(expected):
                return Finding(
                    code="value-count", expected=f"{len(expected)} results", got=f"{len(got)} results"
                )
            for index, (mine, right) in enumerate(zip(got, expected, strict=True)):
                subject = "result" if len(expected) == 1 else f"result[{index}]"
                finding = judge_value(
                    reader, mine, right, subject, partial(_rounding, oracle, args, index), relative
                )
                if finding is not None:
                    return finding
        except Raised as problem:
            return problem.finding()
        return None

    def probe(args: tuple[Any, ...]) -> Finding | None:
        if known.left_alone(args):
            return None
        seen = known.changed
        given = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
        try:
            first, second = (
                [
                    reader.value_of(part)
                    for part in _parts(
                        ask_openly(function, *(prepared(g, tensor, copy=False) for g in given))
                    )
                ]
                for _ in range(2)
            )
        except (Raised, Unreadable):
            return None
        finding = changed_input(args, given) or different(first, second)
        if finding is None and seen is not None:  # by a function that lives elsewhere: it got copies here
            known.prepare_probe([args])
            finding = None if known.left_alone(args) else known.changed
        return finding

    strategy = as_tuples(inputs)

    def show(args: tuple[Any, ...]) -> str:
        return example(function, args, argument_names(args, names), tensor, call)

    number = min(PROBES, examples)
    probed = search(strategy, probe, examples=number, seed=seed, seconds=seconds, prepare=known.prepare_probe)
    objection = probed.smallest or probed.flaky
    if objection is not None:
        return verdicts.failed(probed, objection[1], seed, show(objection[0]))
    result = search(strategy, judge, examples=examples, seed=seed, seconds=seconds, prepare=known.prepare)
    outcome = verdicts.unjudged(result, examples, seed, show)
    if outcome is not None:
        return outcome
    if result.smallest is None:
        return passed(result.examples, seed)
    smallest, finding = result.smallest
    if finding.code.startswith("raised"):
        return verdicts.raised(result, finding, seed, show(smallest))
    return verdicts.failed(result, finding, seed, show(smallest))


class _Known:
    """What was found out about the next examples beforehand."""

    def __init__(
        self, oracle: Oracle, function: Callable[..., Any], tensor: Callable[..., Any] | None
    ) -> None:
        self._oracle = oracle
        self._function = function
        self._tensor = tensor
        self._ahead = Ahead(function, tensor)
        self._right: dict[int, tuple[tuple[Any, ...], tuple[Array, ...]]] = {}
        self._answers: dict[int, list[Any]] = {}
        self.changed: Finding | None = None
        """What ``left_alone`` saw happen to an argument."""

    def right(self, args: tuple[Any, ...]) -> tuple[Array, ...]:
        """The right results."""
        if id(args) not in self._right:  # they are kept with it, so that their id stays their own
            self._right[id(args)] = args, self._oracle.values(args)
        return self._right[id(args)][1]

    def answer(self, args: tuple[Any, ...]) -> list[Any] | None:
        """The student's results, once, if they are known."""
        (found,) = self._answers.pop(id(args), [None])
        return arrays_in(found[0]) if found else None

    def left_alone(self, args: tuple[Any, ...]) -> bool:
        """Whether it is known that two calls gave the same and left their arguments as they were."""
        runs = [run for run in self._answers.pop(id(args), []) if run]
        results = [list(map(np.asarray, arrays_in(found) or ())) for found, _ in runs]
        arrays = [
            ([a for a in args if isinstance(a, np.ndarray)], [b for b in after if isinstance(b, np.ndarray)])
            for _, after in runs
        ]
        self.changed = None
        for before, after in arrays:
            if len(before) != len(after):
                return False
            self.changed = self.changed or changed_input(before, after)
        return len(runs) == 2 and all(results) and self.changed is None and different(*results) is None

    def prepare(self, examples: Sequence[tuple[Any, ...]]) -> None:
        """Ask for what ``judge`` will want to know."""
        self._ask(examples, times=1)

    def prepare_probe(self, examples: Sequence[tuple[Any, ...]]) -> None:
        """The same for ``probe``."""
        self._ask(examples, times=2)

    def _ask(self, examples: Sequence[tuple[Any, ...]], *, times: int) -> None:
        self._right, self._answers = {}, {}
        if not self._ahead or not examples:
            return
        several = len(self.right(examples[0])) > 1
        cases = [
            (list(args), [i for i, a in enumerate(args) if self._tensor and is_differentiable(a)])
            for args in examples
        ]
        answers = self._ahead.ask(
            several_calls, cases, self._function, self._tensor, several, VALUE_NAMES[0], times=times
        )
        for number, args in enumerate(examples):
            self._answers[id(args)] = answers[number * times : (number + 1) * times]


def judge_value(
    reader: Reader, got: Any, expected: Any, subject: str, rounding: Callable[[], Any], relative: float
) -> Finding | None:
    """Hold one result of a student against the right one."""
    try:
        value = reader.value_of(got)
    except Unreadable as problem:
        return Finding(
            code="value-unreadable", subject=subject, expected=render.array(expected), got=str(problem)
        )
    return compare(value, expected, prefix="value-", subject=subject, rounding=rounding, relative=relative)


def changed_input(before: Sequence[Any], after: Sequence[Any]) -> Finding | None:
    """Object to a function that wrote into an array it was given."""
    for one, other in zip(before, after, strict=True):
        if isinstance(one, np.ndarray) and not np.array_equal(one, other):
            return Finding(
                code="input-changed", subject="input", expected=render.array(one), got=render.array(other)
            )
    return None


def different(first: Sequence[Any], second: Sequence[Any]) -> Finding | None:
    """Object to two answers that should be the same. The numbers stay out: they differ from run to run."""
    same = len(first) == len(second) and all(
        np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        for one, other in zip(first, second, strict=True)
    )
    if same:
        return None
    return Finding(
        code="not-deterministic", expected="the same result both times", got="two different results"
    )


def passed(examples: int, seed: int) -> Outcome:
    """A pass with the numbers behind it."""
    return Outcome(verdict=PASSED.verdict, evidence={"examples": examples, "failing": 0, "seed": seed})


def as_tuples(inputs: SearchStrategy[Any]) -> SearchStrategy[tuple[Any, ...]]:
    """``inputs`` as tuples of arguments."""
    return inputs.map(lambda drawn: drawn if isinstance(drawn, tuple) else (drawn,))


def prepared(argument: Any, tensor: Callable[..., Any] | None, *, copy: bool = True) -> Any:
    """An argument as the student's function gets it."""
    if isinstance(argument, np.ndarray) and copy:
        argument = argument.copy()
    return ask(tensor, argument) if tensor is not None and is_differentiable(argument) else argument


def argument_names(args: Sequence[Any], names: Sequence[str] | None) -> tuple[str, ...]:
    """Names for the arguments in messages and examples."""
    if names is not None and len(names) >= len(args):
        return tuple(names[: len(args)])
    arrays = [i for i, a in enumerate(args) if isinstance(a, np.ndarray)]
    if arrays == [0]:
        return ("x", *(f"k{i}" for i in range(1, len(args))))
    return tuple(string.ascii_lowercase[: len(args)])


def example(
    function: Any,
    args: Sequence[Any],
    names: Sequence[str],
    tensor: Any = None,
    call: str = "",
    into: str = "",
    default: str = "f",
    positions: Sequence[int] | None = None,
) -> str:
    """An input and the call as code; ``positions`` says which arguments are tensors, all by default."""
    wrap = "" if tensor is None else render.name_of(tensor, "Tensor")
    lines = [
        render.assignment(
            name, value, wrap if is_differentiable(value) and (positions is None or i in positions) else ""
        )
        for i, (name, value) in enumerate(zip(names, args, strict=True))
        if isinstance(value, np.ndarray)
    ]
    before, line_break, last = render.call(function, names, args, call, default).rpartition("\n")
    text = f"{before}{line_break}{into} = {last}" if into else f"{before}{line_break}{last}"
    return "\n".join([*dict.fromkeys(lines), text])


def _parts(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple | list) else [result]


def _rounding(oracle: Oracle, args: Sequence[Any], index: int) -> Any:
    exact = oracle.values(args)[index]
    try:
        rough = oracle.values(args, np.float32)[index]
    except Exception:  # noqa: BLE001 - an oracle that insists on float64 leaves no extra room
        return None
    return np.abs(rough.astype(np.float64) - exact)
