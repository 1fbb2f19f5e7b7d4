"""Arrays and calls as code that can be pasted in a notebook."""

from __future__ import annotations

import builtins
import dis
import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

LONGEST = 400
"""Characters of one rendered array; the rest is cut, which only happens where nothing could be shrunk."""


def number(value: Any) -> str:
    """A number, exact if it is short and with six significant digits otherwise."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, complex | np.complexfloating):
        return repr(complex(value))
    value = float(value)
    exact = repr(value)
    return exact if len(exact) <= 8 or not np.isfinite(value) else _short(value)


def _short(value: float) -> str:
    text = f"{value:.6g}"
    return text if any(c in text for c in ".en") else text + ".0"


def array(value: Any) -> str:
    """An array as nested lists, without ``np.array`` around it."""
    text = ""
    for part in _parts(value):
        text += part
        if len(text) > LONGEST:
            return text[:LONGEST] + " ..."
    return text


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, list) or np.ndim(value):
        yield "["
        for index, item in enumerate(value):
            yield ", " if index else ""
            yield from _parts(item)
        yield "]"
    else:
        yield number(value.item() if isinstance(value, np.ndarray | np.generic) else value)


def upstream(value: NDArray[Any]) -> str:
    """The argument of a backward pass."""
    return f"np.array({array(value)})"


def shape(value: NDArray[Any]) -> str:
    """``shape (2, 1)``."""
    return f"shape {tuple(int(side) for side in value.shape)}"


def assignment(name: str, value: Any, wrap: str = "") -> str:
    """``x = np.array([[0.0625]])``, or ``x = Tensor([[0.0625]])`` with ``wrap="Tensor"``."""
    if isinstance(value, np.ndarray):
        return f"{name} = {wrap or 'np.array'}({array(value)})"
    return f"{name} = {plain(value)}"


def plain(value: Any) -> str:
    """A plain value (an axis, an index, a shape) as code."""
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


class _Expression:
    """Stands for an argument and writes down what is done to it."""

    # Indexing alone would make it a sequence without end: list(x) would never come back.
    __iter__ = None
    __contains__ = None

    def __init__(self, text: str, *, atom: bool = True) -> None:
        self._text = text
        self._atom = atom

    def _tight(self) -> str:
        return self._text if self._atom else f"({self._text})"

    def __getattr__(self, name: str) -> _Expression:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Expression(f"{self._tight()}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> _Expression:
        shown = [_argument(a) for a in args] + [f"{key}={_argument(a)}" for key, a in kwargs.items()]
        return _Expression(f"{self._text}({', '.join(shown)})")

    def __getitem__(self, index: Any) -> _Expression:
        return _Expression(f"{self._tight()}[{_index(index)}]")

    def __neg__(self) -> _Expression:
        return _Expression(f"-{self._tight()}", atom=False)


def _binary(symbol: str) -> tuple[Callable[..., _Expression], Callable[..., _Expression]]:
    def left(self: _Expression, other: Any) -> _Expression:
        return _Expression(f"{_operand(self)} {symbol} {_operand(other)}", atom=False)

    def right(self: _Expression, other: Any) -> _Expression:
        return _Expression(f"{_operand(other)} {symbol} {_operand(self)}", atom=False)

    return left, right


for _name, _symbol in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "pow": "**",
    "matmul": "@",
}.items():
    _left, _right = _binary(_symbol)
    setattr(_Expression, f"__{_name}__", _left)
    setattr(_Expression, f"__r{_name}__", _right)


def _argument(value: Any) -> str:
    return value._text if isinstance(value, _Expression) else plain(value)  # noqa: SLF001 - this module's own


def _operand(value: Any) -> str:
    if isinstance(value, _Expression):
        return value._tight()  # noqa: SLF001
    if isinstance(value, np.ndarray):
        return f"np.array({array(value)})"
    text = plain(value)
    return f"({text})" if text.startswith("-") else text


def _index(index: Any) -> str:
    if isinstance(index, tuple):
        return ", ".join(map(_index, index)) if index else "()"
    if isinstance(index, slice):
        start, stop, step = (
            "" if part is None else str(part) for part in (index.start, index.stop, index.step)
        )
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return _argument(index)


def call(
    function: Any, names: Sequence[str], values: Sequence[Any], given: str = "", default: str = "f"
) -> str:
    """How a student would write the call of ``function``.

    Args:
        function: what the test calls. A lambda that uses only its arguments is shown as its expression.
        names: names of the arguments.
        values: their values. Arrays are shown by name, plain values (an axis, an index) as they are.
        given: the author's own wording, which goes before everything else.
        default: what a function without a name is called.
    """
    if given:
        return given
    if _is_pure_lambda(function):
        stand_ins = [
            _Expression(name) if isinstance(value, np.ndarray) else value
            for name, value in zip(names, values, strict=True)
        ]
        try:
            traced = function(*stand_ins)
        except Exception:  # noqa: BLE001 - it does something that cannot be written down
            traced = None
        if isinstance(traced, _Expression):
            return traced._text  # noqa: SLF001
    shown = [n if isinstance(v, np.ndarray) else plain(v) for n, v in zip(names, values, strict=True)]
    return f"{name_of(function, default)}({', '.join(shown)})"


def name_of(function: Any, default: str) -> str:
    """The name of a function or class, or ``default``."""
    name = getattr(function, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        return default
    return f"torch.{name}" if getattr(function, "__module__", None) == "torch" else name


def _is_pure_lambda(function: Any) -> bool:
    """True for a lambda that calls nothing from outside: following it has no effect on a student's code."""
    if not inspect.isfunction(function) or function.__name__ != "<lambda>" or function.__closure__:
        return False
    outside = {i.argval for i in dis.get_instructions(function) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return all(hasattr(builtins, name) for name in outside)
