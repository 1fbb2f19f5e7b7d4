"""Read values and gradients from whatever a student's objects look like. Reading is tolerant, judging is not.

Attributes are looked up with ``getattr`` and a default, so objects of this process and handles of another one
are read alike. The name that was found first is tried first from then on: a look-up may cost a round trip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.calling import Raised, ask
from autograder.errors import StudentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

VALUE_NAMES = ("data", "value", "val", "array", "numpy", "values", "_data", "_value", "item")
GRADIENT_NAMES = (
    "grad",
    "gradient",
    "g",
    "gradients",
    "grads",
    "derivative",
    "adjoint",
    "_grad",
    "_gradient",
    "dx",
)

_MISSING = object()
_NEVER_READ = (str, bytes, dict, list, tuple, type(None))


class Unreadable(Exception):  # noqa: N818 - what happened, not an error of the grader
    """Neither an array nor anything that holds one."""


class Reader:
    """Reads the objects of one submission and remembers how."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], tuple[str, bool]] = {}

    def value_of(self, thing: Any) -> NDArray[Any]:
        """The array in ``thing``: an array, a number, a list of numbers, or an object that holds one.

        Raises:
            Unreadable: there is none.
            Raised: the student's attribute or method raised.
        """
        if ("value", 3) not in self._found and (there := getattr(type(thing), "__autograder_value__", None)):
            # An array of a class of the student's own is an array all the same, where it lives.
            plain = _plain(_or_none(there, thing))
            if plain is not None:
                return plain
        return self._value(thing, depth=3)

    def gradient_of(self, thing: Any) -> NDArray[Any] | None:
        """The gradient that ``thing`` holds, None if it holds none.

        Raises:
            Unreadable: what it holds is not an array.
            Raised: the student's attribute or method raised.
        """
        for name in dict.fromkeys((self.gradient_name, *GRADIENT_NAMES)):
            held = ask(getattr, thing, name, _MISSING)
            if held is _MISSING:
                continue
            self._found["gradient", 0] = (name, False)
            return None if held is None else self._held(held, "gradient", 0, depth=2)
        return None

    @property
    def gradient_name(self) -> str:
        """The attribute that gradients were found in, for examples."""
        return self._found.get(("gradient", 0), (GRADIENT_NAMES[0], False))[0]

    @property
    def attributes(self) -> tuple[str, str] | None:
        """Names of the attributes that hold value and gradient, or are likely to; None if one is a method."""
        value = self._found.get(("value", 3), (VALUE_NAMES[0], False))
        gradient = self._found.get(("gradient", 0), (GRADIENT_NAMES[0], False))
        return None if value[1] or gradient[1] else (value[0], gradient[0])

    def _value(self, thing: Any, depth: int) -> NDArray[Any]:
        plain = _plain(thing)
        if plain is not None:
            return plain
        if depth and not isinstance(thing, _NEVER_READ):
            remembered, _ = self._found.get(("value", depth), (VALUE_NAMES[0], False))
            for name in dict.fromkeys((remembered, *VALUE_NAMES)):
                held = ask(getattr, thing, name, _MISSING)
                if held is _MISSING:
                    continue
                try:
                    value = self._held(held, "value", depth, depth - 1)
                except Unreadable:
                    continue
                self._found["value", depth] = (name, self._found["value", depth][1])
                return value
        raise Unreadable(kind_of(thing))

    def _held(self, held: Any, kind: str, level: int, depth: int) -> NDArray[Any]:
        """Read an attribute, or what it returns if it is a method. A handle does not say which it is."""
        name, called = self._found.get((kind, level), ("", False))
        for call in (called, not called):
            if call and not callable(held):
                continue
            try:
                value = self._value(ask(held) if call else held, depth)
            except (Unreadable, Raised) as problem:
                if call is called and callable(held) and not (call and isinstance(problem, Raised)):
                    continue
                raise
            self._found[kind, level] = (name, call)
            return value
        raise Unreadable(kind_of(held))


def value_of(thing: Any) -> NDArray[Any]:
    """The array in ``thing``; see ``Reader.value_of``."""
    return Reader().value_of(thing)


def gradient_of(thing: Any) -> NDArray[Any] | None:
    """The gradient that ``thing`` holds; see ``Reader.gradient_of``."""
    return Reader().gradient_of(thing)


def _gradient_beside(thing: Any) -> Any:
    """What a function of a test that runs beside ``thing`` calls in place of ``gradient_of``."""
    held = [getattr(thing, name) for name in GRADIENT_NAMES if hasattr(thing, name)]
    return held[0] if held else None


gradient_of.__autograder_beside__ = _gradient_beside  # type: ignore[attr-defined]


def kind_of(thing: Any) -> str:
    """What ``thing`` is, in the student's words: a handle stands for an object of a class of theirs."""
    name = getattr(thing, "_autograder_type", "") if hasattr(type(thing), "_autograder_type") else ""
    return "None" if thing is None else f"a {name or type(thing).__name__}"


def _or_none(read: Callable[[Any], Any], thing: Any) -> Any:
    try:
        return read(thing)
    except StudentError:
        return None


def _plain(thing: Any) -> NDArray[Any] | None:
    if isinstance(thing, np.ndarray | np.generic):
        array = np.array(thing, subok=False)
    elif isinstance(thing, int | float | complex) and not isinstance(thing, bool):
        # a Python int is what max(0, x) gives; its value is what counts
        try:
            array = np.array(float(thing) if isinstance(thing, int) else thing)
        except OverflowError:
            return None
    elif isinstance(thing, list | tuple):
        if not _holds_numbers(thing):
            return None
        try:
            array = np.array(thing)
        except (ValueError, TypeError):
            return None
    elif type(thing).__module__ == "torch":
        array = np.array(thing.detach().cpu().numpy())
    else:
        return None
    return array if array.dtype.kind in "fiubc" else None


def _holds_numbers(thing: Any) -> bool:
    """Whether numpy may be asked: of one long text among many short ones it makes an array of long ones."""
    if isinstance(thing, list | tuple):
        return all(map(_holds_numbers, thing))
    return (
        isinstance(thing, int | float | complex | np.ndarray | np.generic)
        or type(thing).__module__ == "torch"
    )
