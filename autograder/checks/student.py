"""One forward and one backward pass of a student's code, whichever way the assignment does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.checks import render
from autograder.checks.calling import ask, ask_openly
from autograder.checks.reading import Reader
from autograder.checks.values import example
from autograder.errors import StudentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]


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

    def both(self, args: Sequence[Any], positions: Sequence[int], upstream: Array) -> Pass | None:
        """Both passes in one round trip; None where that is not possible and ``forward`` has to do."""

    def subject(self, name: str) -> str:
        """The gradient of ``name``, in the student's words."""

    def example(
        self, args: Sequence[Any], names: Sequence[str], upstream: Array, subject: str, *, twice: bool = False
    ) -> str:
        """The passes as code."""


class TensorStyle:
    """``out = f(Tensor(x))``, ``out.backward(upstream)``, ``x.grad``."""

    def __init__(
        self,
        function: Callable[..., Any],
        tensor: Callable[..., Any],
        call: str,
        start: Callable[[Any, Array], Any] | None,
    ) -> None:
        self.reader = Reader()
        self._function = function
        self._tensor = tensor
        self._call = call
        self._start = start or start_backward
        self._beside = getattr(tensor, "__autograder_run__", None)

    def forward(self, args: Sequence[Any], positions: Sequence[int], *, shared: bool = False) -> Pass:
        """See ``Style``."""
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        leaves: list[Any] = []
        for position in positions:
            leaves.append(leaves[0] if shared and leaves else ask(self._tensor, given[position]))
        return self._forward(given, leaves, positions, 1 if shared else len(leaves))

    def both(self, args: Sequence[Any], positions: Sequence[int], upstream: Array) -> Pass | None:
        """See ``Style``.

        Each step on a tensor of another process is a round trip, about eight for an example. Once it is known
        where the values are, the whole example runs over there; the long way says what is wrong, if anything.
        """
        names = self.reader.attributes
        if self._beside is None or names is None:
            return None
        try:
            answer = self._beside(
                both_passes,
                self._tensor,
                self._function,
                self._start,
                list(args),
                list(positions),
                upstream,
                *names,
            )
        except StudentError:
            return None
        except UsageError:  # the author's function cannot run elsewhere
            self._beside = None
            return None
        match answer:
            case [np.ndarray() as value, [*found]] if all(isinstance(g, np.ndarray) for g in found):
                return Pass(
                    value=value,
                    backward=lambda _: found,
                    inputs=lambda: list(args),
                    again=lambda: self.forward(args, positions),
                )
        return None

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

    def example(
        self, args: Sequence[Any], names: Sequence[str], upstream: Array, subject: str, *, twice: bool = False
    ) -> str:
        """See ``Style``."""
        code = example(self._function, args, names, self._tensor, self._call, into="out")
        if subject == FORWARD:
            return f"{code}\n{FORWARD}"
        assign = code.splitlines()[-1]
        backward = f"out.backward({render.upstream(upstream)})"
        passes = [code, backward, assign, backward] if twice else [code, backward]
        return "\n".join([*passes, subject] if subject else passes)


def start_backward(out: Any, upstream: Any) -> None:
    """How a tensor's backward pass begins unless the author says otherwise."""
    out.backward(upstream)


def both_passes(
    tensor: Any,
    function: Any,
    start: Any,
    args: Any,
    positions: Any,
    upstream: Any,
    value_name: str,
    gradient_name: str,
) -> Any:
    """Forward and backward pass of one example; its source runs beside the student's tensors."""
    leaves = {position: tensor(args[position]) for position in positions}
    out = function(*[leaves.get(i, argument) for i, argument in enumerate(args)])
    value = getattr(out, value_name)
    start(out, upstream)
    return [value, [getattr(leaf, gradient_name) for leaf in leaves.values()]]


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

    def both(self, args: Sequence[Any], positions: Sequence[int], upstream: Array) -> Pass | None:
        """Two calls are short enough."""
        del args, positions, upstream
        return None

    def subject(self, name: str) -> str:
        """See ``Style``."""
        return f"d{name}"

    def example(
        self, args: Sequence[Any], names: Sequence[str], upstream: Array, subject: str, *, twice: bool = False
    ) -> str:
        """See ``Style``."""
        del twice
        if subject == FORWARD and self._function is not None:
            return example(self._function, args, names, None, self._call)
        names = [*names, "upstream"]
        return example(
            self._backward, [*args, upstream], names, None, self._backward_call, default="backward"
        )
