"""A student's answers to several examples in one round trip, for judges that look at them one by one.

Nearly all examples of nearly all checks are answered right, and for those the answer is enough. How the code
came to it, step by step over the channel, matters only where a judge objects. So an answer from here is
believed when it is right, and a judge that objects to one asks again in the ordinary way.

The functions ``several_calls`` and ``several_passes`` run beside the student's code. They answer None for an
example that is not plain sailing: an exception, or a result that is not a small array in its usual place.
"""

from __future__ import annotations

import time
import types
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from autograder.checks.shippable import runners, tells_nothing
from autograder.errors import StudentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array: TypeAlias = NDArray[Any]
Answer = TypeVar("Answer")
F = TypeVar("F")

SECONDS = 0.5
"""After so long no further example is begun: the round trip may take no longer than one call."""
LARGEST = 1000
"""Elements of an array that comes back: all answers together must stay below the limit of one call."""


class Ahead:
    """Asks for several answers at once, where the code of ``things`` lives in another process.

    Args:
        things: handles, or functions of a test that use some and tell nothing else.
    """

    def __init__(self, *things: Any) -> None:
        self._may_cross: dict[types.FunctionType, bool] = {}
        found = [run for thing in things for run in runners(thing)]
        self._run = found[0] if found and all(map(self._crosses, things)) else None

    def __bool__(self) -> bool:
        return self._run is not None

    def ask(
        self, function: Callable[..., Any], cases: Sequence[Any], *args: Any, times: int = 1
    ) -> list[Any]:
        """``times`` answers to each of ``cases``, None where there is none.

        Args:
            function: ``several_calls`` or ``several_passes``.
            cases: what each example is made of.
            args: what the function takes besides.
            times: how often to run each example, with the same arrays.
        """
        answers: list[Any] = []
        try:
            if self._run is not None and cases and all(map(self._crosses, args)):
                found = self._run(function, list(cases), SECONDS, LARGEST, times, *args)
                answers = found if isinstance(found, list) else []
        except StudentError:
            pass  # whatever it is, it is found again where it belongs to an example
        except UsageError:  # the author's function cannot run elsewhere
            self._run = None
        wanted = len(cases) * times
        answers = answers[:wanted]
        return answers + [None] * (wanted - len(answers))

    def _crosses(self, thing: Any) -> bool:
        if not isinstance(thing, types.FunctionType):
            return True
        if thing not in self._may_cross:
            self._may_cross[thing] = tells_nothing(thing)
        return self._may_cross[thing]


def settled(
    answer: Answer | None,
    judge: Callable[[Answer], F | None],
    ordinary: Callable[[], F | None],
    again: Callable[[], Answer | None],
) -> F | None:
    """What is wrong with one example.

    Where only the answer from here is wrong, it is asked for again. If it is right this time, the code has
    changed its mind; if it is wrong again, this way does not suit the code, and the ordinary one counts.

    Args:
        answer: what was answered ahead, if anything.
        judge: says what is wrong with such an answer.
        ordinary: asks in the ordinary way and says what is wrong.
        again: asks once more as for ``answer``.
    """
    if answer is None:
        return ordinary()
    finding = judge(answer)
    if finding is None:
        return None
    if (confirmed := ordinary()) is not None:
        return confirmed
    second = again()
    return finding if second is not None and judge(second) is None else None


def several_calls(
    cases: Any,
    seconds: float,
    largest: int,
    times: int,
    function: Any,
    tensor: Any,
    several: bool,
    name: str,
) -> Any:
    """Results of a function, lists of arrays and numbers; and the arrays it was given as they are by then.

    Args:
        cases: arguments, and positions of those to wrap.
        seconds: when to stop.
        largest: elements of an array that may travel.
        times: how often to call it, each time with the same arrays.
        function: what to call.
        tensor: wraps arguments.
        several: whether a tuple or list is several results.
        name: where the value of an object is.
    """
    end = time.monotonic() + seconds
    answers: list[Any] = []
    for args, wrapped in cases:
        for _ in range(times):
            if time.monotonic() > end:
                return answers
            try:
                result = function(*[tensor(a) if i in wrapped else a for i, a in enumerate(args)])
                found = []
                for part in result if several and isinstance(result, tuple | list) else [result]:
                    plain = isinstance(part, float | int | np.generic) or type(part) is np.ndarray
                    value = part if plain else getattr(part, name)
                    if type(value) is np.ndarray and value.size <= largest:
                        value = value.copy()  # the next example may write into it
                    elif not plain or type(value) is np.ndarray:
                        raise TypeError
                    found.append(value)
                # only a run that is repeated is asked what it did to its arguments
                given = [a.copy() if times > 1 and type(a) is np.ndarray else None for a in args]
                answers.append([found, given])
            except Exception:  # noqa: BLE001 - see the module's docstring
                answers.append(None)
    return answers


def several_passes(
    cases: Any, seconds: float, largest: int, times: int, tensor: Any, function: Any, start: Any, names: Any
) -> Any:
    """Forward and backward passes: the value, the gradients and the values of the tensors.

    With them comes all that was given, the upstream gradient last, as it is by then.

    Args:
        cases: arguments, positions to differentiate, upstream gradient.
        seconds: when to stop.
        largest: elements of an array that may travel.
        times: how often to run each, each time with the same arrays.
        tensor: makes a tensor.
        function: the forward pass.
        start: runs the backward pass.
        names: where a tensor has its value and its gradient.
    """
    end = time.monotonic() + seconds
    answers: list[Any] = []
    for args, positions, upstream in cases:
        for _ in range(times):
            if time.monotonic() > end:
                return answers
            try:
                leaves = {position: tensor(args[position]) for position in positions}
                out = function(*[leaves.get(i, argument) for i, argument in enumerate(args)])
                value = getattr(out, names[0])
                start(out, upstream)
                found = [value, *[getattr(leaf, names[1]) for leaf in leaves.values()]]
                found += [getattr(leaf, names[0]) for leaf in leaves.values()]
                # a gradient may be a tensor of the student's, too; 0-d results of numpy are np.float64
                found = [
                    part
                    if type(part) is np.ndarray or isinstance(part, np.generic)
                    else getattr(part, names[0])
                    for part in found
                ]
                if not all(type(part) is np.ndarray or isinstance(part, np.generic) for part in found):
                    raise TypeError
                if any(part.size > largest for part in found):
                    raise ValueError
                # only a run that is repeated is asked what it did to its arguments
                given = [a.copy() if times > 1 and type(a) is np.ndarray else None for a in [*args, upstream]]
                answers.append([[part.copy() for part in found], given])
            except Exception:  # noqa: BLE001 - see the module's docstring
                answers.append(None)
    return answers


def arrays_in(answer: Any) -> list[Array] | None:
    """The arrays and numbers of a list, None if there is anything else in it."""
    if isinstance(answer, list) and all(isinstance(a, np.ndarray | float | int) for a in answer):
        return answer
    return None
