"""Functions of a test that run inside the student process, as source text."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.student.handles import Handle

_CONSTANTS = (type(None), bool, int, float, complex, str, bytes)


class Shipment(NamedTuple):
    """A function and what it refers to."""

    name: str
    source: str
    values: dict[str, object]
    modules: dict[str, str]
    """Names under which it uses modules, and the modules' full names."""


class ShippedFunctions:
    """Functions that a student process has been sent, so that each is sent once.

    Args:
        define: sends a shipment's fields, gives the handle of the function.
    """

    def __init__(self, define: Callable[..., Handle]) -> None:
        self._define = define
        self._known: WeakKeyDictionary[types.FunctionType, tuple[Shipment, Handle]] = WeakKeyDictionary()
        self._under_way: set[types.FunctionType] = set()

    def handle(self, function: types.FunctionType) -> Handle:
        """The handle of ``function`` inside the process.

        Raises:
            UsageError: it cannot be shipped.
        """
        if function in self._under_way:
            raise UsageError(f"functions that call each other cannot be shipped: {function.__qualname__}")
        shipment = ship(function)
        known = self._known.get(function)
        # a value that can change may have changed since
        if known and known[0] == shipment and all(type(v) in _CONSTANTS for v in shipment.values.values()):
            return known[1]
        self._under_way.add(function)
        try:
            handle = self._define(*shipment)
        finally:
            self._under_way.discard(function)
        self._known[function] = shipment, handle
        return handle


def ship(function: types.FunctionType) -> Shipment:
    """Pack a function.

    Raises:
        UsageError: its source is not at hand, or it uses something from outside that does not travel.
    """
    name, source, used = _parse(function)
    outside = inspect.getclosurevars(function)
    values: dict[str, object] = {}
    modules = {}
    shared = {
        key: function.__globals__[key] for key in _names(function.__code__) & function.__globals__.keys()
    }
    for key, value in sorted({**shared, **outside.nonlocals}.items()):
        if key not in used or value is function:
            continue
        if isinstance(value, types.ModuleType):
            modules[key] = value.__name__
        else:
            values[key] = value
    return Shipment(name, source, values, modules)


def _names(code: types.CodeType) -> set[str]:
    """Names of globals and attributes that a function uses, also in its comprehensions."""
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


_parsed: WeakKeyDictionary[types.FunctionType, tuple[str, str, frozenset[str]]] = WeakKeyDictionary()


def _parse(function: types.FunctionType) -> tuple[str, str, frozenset[str]]:
    """Name, source and the names that it uses."""
    if function in _parsed:
        return _parsed[function]
    node = tree_of(function)
    if isinstance(node, ast.Lambda):
        name, source = "function", f"function = {ast.unparse(node)}"
    else:
        node.decorator_list = []
        name, source = node.name, ast.unparse(node)
    used = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    # annotations are not evaluated: they may name things that only the test knows
    _parsed[function] = name, f"from __future__ import annotations\n{source}", used
    return _parsed[function]


def tree_of(function: types.FunctionType) -> ast.FunctionDef | ast.Lambda:
    """The source of a function.

    Raises:
        UsageError: it is not at hand, or cannot be told from another one's.
    """
    try:
        lines, _ = inspect.findsource(function)
        functions = _functions("".join(lines))
    except (OSError, SyntaxError) as error:
        raise UsageError(f"cannot read the source of {function.__qualname__}: {error}") from None
    kind = ast.Lambda if function.__name__ == "<lambda>" else ast.FunctionDef
    found = [n for n in functions.get(function.__code__.co_firstlineno, ()) if isinstance(n, kind)]
    if len(found) != 1:
        raise UsageError(
            f"cannot tell which function is meant; give it a line of its own: {function.__qualname__}"
        )
    return found[0]


@functools.lru_cache(maxsize=8)
def _functions(source: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """All functions of a file by their first line; a test file has many, and each may be shipped."""
    functions: dict[int, list[ast.FunctionDef | ast.Lambda]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            functions.setdefault(_first_line(node), []).append(node)
    return functions


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
