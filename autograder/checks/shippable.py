"""Which functions of a test may run beside the student's code without telling it more than it hears anyway.

A test's function that asks the notebook something runs in the grader, and what it asks crosses over call by
call. To ask for many answers at once the function itself has to cross, with all that it names. So it may name
the notebook, modules, and what it hands over to the notebook in any case. One that compares, as in
``np.allclose(student.f(x), right(x))``, would take ``right`` along and leave the verdict to the notebook.

What a function computes in its own words is in its source and crosses, too: right answers belong in ``like``.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from autograder.errors import UsageError
from autograder.student.shipping import ship, tree_of

Run: TypeAlias = Callable[..., Any]


def runners(thing: Any, seen: frozenset[int] = frozenset()) -> Iterator[Run]:
    """Ways to run a function where ``thing`` lives, or where what it names lives if it is a function."""
    if (run := getattr(thing, "__autograder_run__", None)) is not None:
        yield run
    elif isinstance(thing, types.FunctionType) and id(thing) not in seen:
        for cell in thing.__closure__ or ():
            with contextlib.suppress(ValueError):  # nothing has been assigned to the name yet
                yield from runners(cell.cell_contents, seen | {id(thing)})


def tells_nothing(thing: Any, seen: frozenset[int] = frozenset()) -> bool:
    """Whether nothing crosses with ``thing`` that would not cross call by call, if it is a function."""
    if not isinstance(thing, types.FunctionType) or id(thing) in seen:
        return True
    try:
        shipment, tree = ship(thing), tree_of(thing)
    except (UsageError, ValueError):  # it cannot cross at all, or names what has no value yet
        return False
    if any(
        isinstance(node, ast.arguments) and (node.defaults or any(node.kw_defaults))
        for node in ast.walk(tree)
    ):
        return False  # values from where the function was made
    if not all(module in sys.modules for module in shipment.modules.values()):
        return False  # a file that was loaded by its path
    handed_over = _handed_over(tree, shipment.values)
    return all(
        _known_there(shipment.values[name.id], seen | {id(thing)})
        for name in ast.walk(tree)
        if isinstance(name, ast.Name) and name.id in shipment.values and name not in handed_over
    )


def _known_there(value: Any, seen: frozenset[int]) -> bool:
    if hasattr(value, "__autograder_run__") or hasattr(value, "__autograder_beside__"):
        return True
    # a step on the way to the notebook, not an answer of the test's own
    return isinstance(value, types.FunctionType) and any(runners(value)) and tells_nothing(value, seen)


def _handed_over(tree: ast.AST, values: Mapping[str, Any]) -> set[ast.expr]:
    """Names that are arguments in a call of something that lives elsewhere."""
    found: set[ast.expr] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            called = call.func.value if isinstance(call.func, ast.Attribute | ast.Subscript) else call.func
            if isinstance(called, ast.Name) and hasattr(values.get(called.id), "__autograder_run__"):
                found.update(call.args, (keyword.value for keyword in call.keywords))
    return found
