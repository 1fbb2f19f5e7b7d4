"""Judge a hand-written optimizer: whole trajectories against torch's, on generated problems, in float64."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from hypothesis import strategies as st
from numpy.typing import NDArray

from autograder.checks import render, verdicts
from autograder.checks.calling import Raised, ask
from autograder.checks.compare import compare
from autograder.checks.finding import MOST_KEPT, Finding
from autograder.checks.grid import numbers
from autograder.checks.oracle import one_thread
from autograder.checks.reading import Reader, Unreadable
from autograder.checks.search import Search, search
from autograder.checks.step_mistakes import MISTAKES, Mistake, Rule
from autograder.checks.values import passed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from autograder.verdict import Outcome

Array = NDArray[Any]

SHAPES: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((1,),), ((2,),), ((2,), (1,)), ((2, 3), (2,)), ((1, 3), (), (3, 1)),
)  # fmt: skip
"""Shapes of the parameters of a problem, simplest first."""
MOST_STEPS = 5
RELATIVE = 1e-6
BYTES = 60
"""Bytes that the numbers of one problem are made of: more than any has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Parameters, the gradients that arrive before each step, and the hyper-parameters."""

    parameters: tuple[Array, ...]
    gradients: tuple[tuple[Array, ...], ...]
    """One tuple for each step."""
    hyper: Mapping[str, float] = field(hash=False)


def optimizer(
    make: Callable[..., Any],
    *,
    like: Callable[..., torch.optim.Optimizer],
    hyper: Mapping[str, Sequence[float]],
    rule: Rule | None = None,
    trajectory: Callable[..., Any] | None = None,
    examples: int = 60,
    seed: int = 0,
    relative: float = RELATIVE,
    call: str = "",
    seconds: float = 120.0,
) -> Outcome:
    """Does an optimizer take the steps that torch's takes?

    The optimizer is an object with a method ``step``, made from an iterator of parameters (as
    ``net.parameters()`` is one) and hyper-parameters by name. Before each step the grader puts gradients into
    the parameters' ``grad``, without asking for a loss. After each step the parameters must be where torch's
    are, so what an optimizer remembers from step to step is judged, too.

    Example::

        class Momentum:
            def __init__(self, parameters, lr, momentum):
                self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
                self.velocities = [torch.zeros_like(p) for p in self.parameters]

            def step(self):
                for p, v in zip(self.parameters, self.velocities):
                    v *= self.momentum
                    v += p.grad
                    p.data -= self.lr * v

        optimizer(
            Momentum,
            like=torch.optim.SGD,
            hyper={"lr": (0.5, 0.125), "momentum": (0.5, 0.75)},
            rule="momentum",
        )

    Args:
        make: the student's class, called as ``make(parameters, **hyper)``.
        like: the right one, called as ``like(parameters, **hyper)``.
        hyper: values to draw each hyper-parameter from, simplest first.
        rule: which mistakes to look for: ``"sgd"``, ``"momentum"`` or ``"adam"``; none by default.
        trajectory: runs a problem, as ``steps`` of this module does. By default ``steps`` itself, beside
            the student's class where that lives in another process.
        examples: how many problems to judge.
        seed: number from which they are derived.
        relative: relative tolerance.
        call: how a student would write it, e.g. ``"Momentum(parameters, lr, momentum)"``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass, or the smallest problem that shows a wrong step. The mistake is named if exactly one of those
        that are known explains every wrong step.

    Raises:
        StudentError: the optimizer does not exist or is not written yet.
    """
    judge = _Judge(make, like, trajectory, relative)
    result = search(problems(hyper), judge, examples=examples, seed=seed, seconds=seconds)

    def show(problem: Problem) -> str:
        return example(problem, call or f"{render.name_of(make, 'Optimizer')}(parameters)")

    outcome = verdicts.unjudged(result, examples, seed, show)
    if outcome is not None:
        return outcome
    if result.smallest is None:
        return passed(result.examples, seed)
    problem, finding = result.smallest
    if finding.code.startswith("raised"):
        return verdicts.raised(result, finding, seed, show(problem), things="problems")
    mistake = diagnose(result, rule, relative) if finding.code == "step-wrong" else None
    told = {"lead": mistake.sentence, "hint": mistake.hint, "code": mistake.code} if mistake else {}
    return verdicts.failed(result, finding, seed, show(problem), things="problems", **told)


def problems(hyper: Mapping[str, Sequence[float]]) -> SearchStrategy[Problem]:
    """Problems with one to five steps and one to three parameters."""

    def build(shapes: int, steps: int, raw: bytes, *choices: int) -> Problem:
        position = 0

        def take(shape: tuple[int, ...]) -> Array:
            nonlocal position
            size = int(np.prod(shape))
            # bytes are used again once all are gone, with another number of bytes than any shape repeats
            picked = bytes(raw[(position + i) % BYTES] for i in range(size))
            position += size
            return numbers(picked, shape)

        group = SHAPES[shapes]
        return Problem(
            parameters=tuple(take(shape) for shape in group),
            gradients=tuple(tuple(take(shape) for shape in group) for _ in range(steps)),
            hyper={
                name: values[choice] for (name, values), choice in zip(hyper.items(), choices, strict=True)
            },
        )

    return st.builds(
        build,
        st.integers(0, len(SHAPES) - 1),
        st.integers(1, MOST_STEPS),
        st.binary(min_size=BYTES, max_size=BYTES),
        *(st.integers(0, len(values) - 1) for values in hyper.values()),
    )


def steps(make: Any, parameters: Any, gradients: Any, hyper: Any) -> Any:
    """The parameters after each step; its source runs beside the student's class."""
    tensors = [torch.tensor(p, requires_grad=True) for p in parameters]
    optimizer = make(iter(tensors), **hyper)
    seen = []
    for step in gradients:
        for tensor, gradient in zip(tensors, step, strict=True):
            tensor.grad = torch.tensor(gradient)
        optimizer.step()
        seen.append([tensor.detach().clone().numpy() for tensor in tensors])
    return seen


class _Judge:
    """Holds one student's optimizer against torch's."""

    def __init__(
        self,
        make: Callable[..., Any],
        like: Callable[..., torch.optim.Optimizer],
        trajectory: Callable[..., Any] | None,
        relative: float,
    ) -> None:
        beside = getattr(make, "__autograder_run__", None)
        self._run = trajectory or ((lambda *args: beside(steps, *args)) if beside else steps)
        self._make = make
        self._like = like
        self._relative = relative

    def __call__(self, problem: Problem) -> Finding | None:
        right = self.right(problem)
        try:
            got = ask(
                self._run,
                self._make,
                list(problem.parameters),
                [list(step) for step in problem.gradients],
                dict(problem.hyper),
            )
            return self._compare(right, _arrays(got))
        except Raised as raised:
            return raised.finding()
        except Unreadable as unreadable:
            return Finding(code="value-unreadable", expected="arrays", got=str(unreadable))

    def right(self, problem: Problem) -> list[list[Array]]:
        """The trajectory of torch's optimizer."""
        with one_thread(), torch.enable_grad():
            found: list[list[Array]] = steps(
                self._like, problem.parameters, problem.gradients, dict(problem.hyper)
            )
        return found

    def _compare(self, right: list[list[Array]], got: list[list[Array]]) -> Finding | None:
        for number, (wanted, mine) in enumerate(zip(right, got, strict=True), start=1):
            for index, (one, other) in enumerate(zip(wanted, mine, strict=True)):
                name = f"p{index + 1}" if len(wanted) > 1 else "p"
                finding = compare(
                    other,
                    one,
                    prefix="step-",
                    subject=f"{name} after step {number}",
                    relative=self._relative,
                )
                if finding is not None:
                    large = sum(array.size for step in got for array in step) > MOST_KEPT
                    return replace(finding, case=None if large else (right, got))
        return None


def _arrays(answer: Any) -> list[list[Array]]:
    reader = Reader()
    return [[reader.value_of(array) for array in step] for step in answer]


def diagnose(result: Search[Problem, Finding], rule: Rule | None, relative: float) -> Mistake | None:
    """The one known mistake that gives these numbers in every failing problem, if it is just one."""
    assert result.smallest is not None
    failing = [(p, f.case[1]) for p, f in [*result.failures, result.smallest] if f.case is not None]

    def explains(mistake: Mistake) -> bool:
        return all(
            _same(mistake.run(problem.parameters, problem.gradients, problem.hyper), got, relative)
            for problem, got in failing
        )

    fitting = [mistake for mistake in MISTAKES.get(rule or "", ()) if explains(mistake)]
    return fitting[0] if len(fitting) == 1 else None


def _same(one: list[list[Array]], other: list[list[Array]], relative: float) -> bool:
    return all(
        compare(mine, wanted, prefix="", subject="", relative=relative) is None
        for a, b in zip(one, other, strict=True)
        for wanted, mine in zip(a, b, strict=True)
    )


def example(problem: Problem, call: str) -> str:
    """A problem as code."""
    single = len(problem.parameters) == 1
    names = ["p"] if single else [f"p{i + 1}" for i in range(len(problem.parameters))]
    values = ", ".join(f"{key}={render.number(value)}" for key, value in problem.hyper.items())
    lines = [
        f"{name} = torch.tensor({render.array(value)}, dtype=torch.float64, requires_grad=True)"
        for name, value in zip(names, problem.parameters, strict=True)
    ]
    lines.append(f"optimizer = {call.partition('(')[0]}([{', '.join(names)}], {values})")
    for step in problem.gradients:
        lines += [
            f"{name}.grad = torch.tensor({render.array(gradient)}, dtype=torch.float64)"
            for name, gradient in zip(names, step, strict=True)
        ]
        lines.append("optimizer.step()")
    return "\n".join(lines)
