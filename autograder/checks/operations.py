"""The operations that random programs are made of: how they run, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.errors import UsageError

Array = NDArray[Any]

CONSTANTS = (2.0, 3.0, 0.5, -1.5)
LARGEST = 100.0
"""Programs whose values grow beyond this are cut back: large numbers hide small mistakes."""
SMALLEST = 0.05
"""Denominators and arguments of a logarithm are at least this."""


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation with its parameters chosen."""

    name: str
    run: Callable[..., Any]
    """On tensors of the student or of torch, which are written alike."""
    text: str
    """How it is written, with ``{0}`` and ``{1}`` for its operands."""
    atom: bool = False
    """Whether the text needs no brackets as an operand."""


Choose = Callable[[Sequence[Array], int], Applied | None]
"""Chooses parameters for operands of these values by a number; None if the operation does not fit them."""


def _binary(name: str, symbol: str, run: Callable[[Any, Any], Any]) -> Choose:
    def choose(values: Sequence[Array], number: int) -> Applied | None:
        constant = CONSTANTS[(number // 4) % len(CONSTANTS)]
        kind = number % 4
        if kind == 2:
            return Applied(name, lambda a, _: run(a, constant), f"{{0}} {symbol} {_written(constant)}")
        if kind == 3:
            fits = name != "div" or _far_from_zero(values[0])
            text = f"{_written(constant)} {symbol} {{0}}"
            return Applied(name, lambda a, _: run(constant, a), text) if fits else None
        if name == "div" and not _far_from_zero(values[1]):
            return None
        try:
            np.broadcast_shapes(values[0].shape, values[1].shape)
        except ValueError:
            return None
        return Applied(name, run, f"{{0}} {symbol} {{1}}")

    return choose


def _matmul(values: Sequence[Array], _: int) -> Applied | None:
    a, b = values
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        return None
    return Applied("matmul", lambda a, b: a @ b, "{0} @ {1}")


def _pow(values: Sequence[Array], number: int) -> Applied | None:
    exponent = (2, 3, -1)[number % 3]
    if exponent < 0 and not _far_from_zero(values[0]):
        return None
    return Applied("pow", lambda a, _: a**exponent, f"{{0}} ** {_written(exponent)}")


def _reduction(name: str) -> Choose:
    def choose(values: Sequence[Array], number: int) -> Applied | None:
        dims = values[0].ndim
        choices: list[dict[str, Any]] = [{}]
        choices += [{"axis": axis} for axis in range(-dims, dims)]
        choices += [{"axis": axis, "keepdims": True} for axis in range(-dims, dims)]
        how = choices[number % len(choices)]
        written = ", ".join(f"{key}={value}" for key, value in how.items())
        return Applied(name, lambda a, _: getattr(a, name)(**how), f"{{0}}.{name}({written})", atom=True)

    return choose


def _method(name: str, fits: Callable[[Array], bool] = lambda _: True) -> Choose:
    def choose(values: Sequence[Array], _: int) -> Applied | None:
        if not fits(values[0]):
            return None
        return Applied(name, lambda a, _: getattr(a, name)(), f"{{0}}.{name}()", atom=True)

    return choose


def _reshape(values: Sequence[Array], number: int) -> Applied | None:
    size = values[0].size
    shape = ((size,), (1, size), (size, 1))[number % 3]
    return Applied(
        "reshape", lambda a, _: a.reshape(*shape), f"{{0}}.reshape({', '.join(map(str, shape))})", atom=True
    )


def _transpose(values: Sequence[Array], _: int) -> Applied | None:
    return Applied("transpose", lambda a, _: a.T, "{0}.T", atom=True) if values[0].ndim == 2 else None


def _index(values: Sequence[Array], number: int) -> Applied | None:
    if values[0].ndim == 0:
        return None
    index = (0, -1)[number % 2]
    return Applied("index", lambda a, _: a[index], f"{{0}}[{index}]", atom=True)


def _neg(values: Sequence[Array], _: int) -> Applied | None:
    del values
    return Applied("neg", lambda a, _: -a, "-{0}")


OPERATIONS: dict[str, Choose] = {
    "add": _binary("add", "+", lambda a, b: a + b),
    "mul": _binary("mul", "*", lambda a, b: a * b),
    "sub": _binary("sub", "-", lambda a, b: a - b),
    "neg": _neg,
    "div": _binary("div", "/", lambda a, b: a / b),
    "pow": _pow,
    "matmul": _matmul,
    "sum": _reduction("sum"),
    "mean": _reduction("mean"),
    "exp": _method("exp", lambda a: bool(np.all(a < np.log(LARGEST)))),
    "log": _method("log", lambda a: bool(np.all(a >= SMALLEST))),
    "relu": _method("relu"),
    "tanh": _method("tanh"),
    "reshape": _reshape,
    "transpose": _transpose,
    "index": _index,
}
"""All operations, simplest first."""

OPERANDS = {"add": 2, "mul": 2, "sub": 2, "div": 2, "matmul": 2}


def chosen(ops: Sequence[str] | Mapping[str, Callable[..., Any] | None] | None) -> dict[str, Choose]:
    """The operations of a ``programs`` check.

    Args:
        ops: names; or a mapping from names to functions of the student (``{"relu": student.relu}``), where
            None stands for the ordinary operator or method; None for all.

    Raises:
        UsageError: a name is unknown.
    """
    wanted: Mapping[str, Any] = (
        OPERATIONS if ops is None else ops if isinstance(ops, Mapping) else dict.fromkeys(ops)
    )
    unknown = [name for name in wanted if name not in OPERATIONS]
    if unknown or not wanted:
        raise UsageError(
            f"unknown operations for random programs (known: {', '.join(OPERATIONS)}): {unknown}"
        )
    result = {name: choose for name, choose in OPERATIONS.items() if name in wanted}
    if isinstance(ops, Mapping):
        result |= {name: _function(name, result[name], own) for name, own in ops.items() if own is not None}
    return result


def _function(name: str, choose: Choose, own: Callable[..., Any]) -> Choose:
    """An operation that the assignment writes as a function: ``relu(a)``. torch tensors take the method."""

    def choose_own(values: Sequence[Array], number: int) -> Applied | None:
        applied = choose(values, number)
        if applied is None:
            return None
        import torch

        def run(a: Any, b: Any) -> Any:
            return applied.run(a, b) if isinstance(a, torch.Tensor) else own(a)

        return Applied(name, run, f"{name}({{0}})", atom=True)

    return choose_own


def _far_from_zero(values: Array) -> bool:
    return bool(np.all(np.abs(values) >= SMALLEST))


def _written(constant: float) -> str:
    text = repr(int(constant)) if constant == int(constant) else repr(constant)
    return f"({text})" if constant < 0 else text
