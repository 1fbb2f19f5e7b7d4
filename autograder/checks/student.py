"""One forward and one backward pass of a student's code, whichever way the assignment does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.ahead import Ahead, arrays_in, several_calls, several_passes
from autograder.checks.calling import ask, ask_openly
from autograder.checks.reading import VALUE_NAMES, Reader
from autograder.checks.values import example

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[Any]
Case = tuple[Sequence[Any], Sequence[int], Array]
"""Arguments, positions of those to differentiate, upstream gradient."""

FORWARD = "out"
"""What the result of a forward pass is called."""


@dataclass(slots=True)
class Pass:
    """A forward pass, ready for its backward pass."""

    value: Any
    """What the student's function returned."""
    backward: Callable[[Array], list[Any]]
    """Runs the backward pass for an upstream gradient: one gradient (or None) per differentiated argument."""
    inputs: Callable[[], list[Any]]
    """The arguments as they are by now."""
    again: Callable[[], Pass]
    """A second forward pass on the same tensors."""


class Style(Protocol):
    """How an assignment writes gradients."""

    reader: Reader

    def forward(self, args: Sequence[Any], positions: Sequence[int], *, shared: bool = False) -> Pass:
        """Run the forward pass; ``shared`` hands the first argument over in every differentiated place."""

    def ahead(self, cases: Sequence[Case], *, times: int = 1) -> list[Pass | None]:
        """Both passes of several examples in one round trip; see ``ahead``.

        Args:
            cases: the arguments, the positions of those to differentiate, the upstream gradient.
            times: how often to run each, with the same arrays.

        Returns:
            ``times`` passes of each example. What ``inputs`` says, and what ``backward`` makes of the
            upstream gradient, are the arrays after that run. None where that is not possible, and
            ``forward`` has to do.
        """

    def subject(self, name: str) -> str:
        """The gradient of ``name``, in the student's words."""

    def example(self, case: Case, names: Sequence[str], subject: str, *, twice: bool = False) -> str:
        """The passes as code."""


class TensorStyle:
    """``out = f(Tensor(x))``, ``out.backward(upstream)``, ``x.grad``."""

    def __init__(
        self,
        function: Callable[..., Any],
        tensor: Callable[..., Any],
        call: str,
        start: Callable[[Any, Array], Any] | None,
        parts: int = 1,
    ) -> None:
        self.reader = Reader()
        self._parts = parts
        self._function = function
        self._tensor = tensor
        self._call = call
        self._start = (start or start_backward) if parts == 1 else in_halves
        self._ahead = Ahead(tensor, function)

    def forward(self, args: Sequence[Any], positions: Sequence[int], *, shared: bool = False) -> Pass:
        """See ``Style``."""
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        leaves: list[Any] = []
        for position in positions:
            leaves.append(leaves[0] if shared and leaves else ask(self._tensor, given[position]))
        return self._forward(given, leaves, positions, 1 if shared else len(leaves))

    def ahead(self, cases: Sequence[Case], *, times: int = 1) -> list[Pass | None]:
        """See ``Style``."""
        names = self.reader.attributes
        if not self._ahead or names is None:
            return [None] * (len(cases) * times)
        answers = self._ahead.ask(
            several_passes, cases, self._tensor, self._function, self._start, list(names), times=times
        )
        return [
            self._pass(case, answer)
            for case, answer in zip([c for c in cases for _ in range(times)], answers, strict=True)
        ]

    def _pass(self, case: Case, answer: Any) -> Pass | None:
        args, positions, _ = case
        count = len(positions)
        found, given = answer if isinstance(answer, list) and len(answer) == 2 else (None, [])
        found = arrays_in(found)
        if found is None or len(found) != 1 + 2 * count or not _fits(given, [*args, None]):
            return None
        leaves = dict(zip(positions, found[1 + count :], strict=True))

        def inputs() -> list[Any]:
            # what a tensor was made from and what it holds: neither may change
            return [
                argument if now is None else leaves.get(i, now) if np.array_equal(argument, now) else now
                for i, (argument, now) in enumerate(zip(args, given[:-1], strict=True))
            ]

        return Pass(
            value=found[0],
            backward=partial(_hand_back, found[1 : 1 + count], given[-1]),
            inputs=inputs,
            again=lambda: self.forward(args, positions),
        )

    def _forward(self, given: list[Any], leaves: list[Any], positions: Sequence[int], wanted: int) -> Pass:
        places = dict(zip(positions, leaves, strict=True))
        out = ask(self._function, *(places.get(i, argument) for i, argument in enumerate(given)))

        def backward(upstream: Array) -> list[Any]:
            ask(self._start, out, upstream)
            return [self.reader.gradient_of(leaf) for leaf in leaves[:wanted]]

        def inputs() -> list[Any]:
            return [
                self.reader.value_of(places[i]) if i in places else argument
                for i, argument in enumerate(given)
            ]

        return Pass(
            value=out,
            backward=backward,
            inputs=inputs,
            again=lambda: self._forward(given, leaves, positions, wanted),
        )

    def subject(self, name: str) -> str:
        """See ``Style``."""
        return f"{name}.{self.reader.gradient_name}"

    def example(self, case: Case, names: Sequence[str], subject: str, *, twice: bool = False) -> str:
        """See ``Style``."""
        args, positions, upstream = case
        code = example(
            self._function, args, names, self._tensor, self._call, into=FORWARD, positions=positions
        )
        if subject == FORWARD:
            return f"{code}\n{FORWARD}"
        assign = code.splitlines()[-1]
        backward = f"out.backward({render.upstream(upstream / self._parts)})"
        passes = [code, backward, assign, backward] if twice else [code, *[backward] * self._parts]
        return "\n".join([*passes, subject] if subject else passes)


def _fits(given: Any, args: Sequence[Any]) -> bool:
    """Whether these are the arguments and the upstream gradient after a run."""
    return (
        isinstance(given, list)
        and len(given) == len(args)
        and all(g is None or isinstance(g, np.ndarray) for g in given)
    )


def _hand_back(gradients: list[Any], after: Array | None, upstream: Array) -> list[Any]:
    """The backward pass of a run that was made already: whatever it did to ``upstream``, it does again."""
    if after is not None and after.shape == upstream.shape:
        upstream[...] = after
    return gradients


def start_backward(out: Any, upstream: Any) -> None:
    """How a tensor's backward pass begins unless the author says otherwise."""
    out.backward(upstream)


def in_halves(out: Any, upstream: Any) -> None:
    """A backward pass in two parts, from the same result and with the same array."""
    half = upstream / 2
    out.backward(half)
    out.backward(half)


class PairStyle:
    """``y = f(x)`` and ``dx = f_backward(x, upstream)``, both on arrays."""

    def __init__(
        self, function: Callable[..., Any] | None, backward: Callable[..., Any], call: str, backward_call: str
    ) -> None:
        self.reader = Reader()
        self._function = function
        self._backward = backward
        self._call = call
        self._backward_call = backward_call
        self._ahead = Ahead(backward)

    def forward(self, args: Sequence[Any], positions: Sequence[int], *, shared: bool = False) -> Pass:
        """See ``Style``."""
        assert not shared, "arrays carry no gradient that could be shared"
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        value = ask_openly(self._function, *given) if self._function is not None else None

        def backward(upstream: Array) -> list[Any]:
            result = ask_openly(self._backward, *given, upstream)
            return list(result) if isinstance(result, tuple | list) and len(positions) > 1 else [result]

        return Pass(
            value=value, backward=backward, inputs=lambda: given, again=lambda: self.forward(given, positions)
        )

    def ahead(self, cases: Sequence[Case], *, times: int = 1) -> list[Pass | None]:
        """See ``Style``."""
        if self._function is not None or not self._ahead:
            return [None] * (len(cases) * times)
        wanted = len(cases[0][1]) if cases else 0
        answers = self._ahead.ask(
            several_calls,
            [([*args, upstream], []) for args, _, upstream in cases],
            *(self._backward, None, wanted > 1, VALUE_NAMES[0]),
            times=times,
        )
        return [
            self._pass(case, answer)
            for case, answer in zip([c for c in cases for _ in range(times)], answers, strict=True)
        ]

    def _pass(self, case: Case, answer: Any) -> Pass | None:
        args, positions, _ = case
        found, given = answer if isinstance(answer, list) and len(answer) == 2 else (None, [])
        found = arrays_in(found)
        if found is None or not _fits(given, [*args, None]):
            return None
        return Pass(
            value=None,
            backward=partial(_hand_back, found, given[-1]),
            inputs=lambda: [a if now is None else now for a, now in zip(args, given[:-1], strict=True)],
            again=lambda: self.forward(args, positions),
        )

    def subject(self, name: str) -> str:
        """See ``Style``."""
        return f"d{name}"

    def example(self, case: Case, names: Sequence[str], subject: str, *, twice: bool = False) -> str:
        """See ``Style``."""
        del twice
        args, _, upstream = case
        if subject == FORWARD and self._function is not None:
            return example(self._function, args, names, None, self._call)
        names = [*names, "upstream"]
        return example(
            self._backward, [*args, upstream], names, None, self._backward_call, default="backward"
        )
