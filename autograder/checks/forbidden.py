"""Find where a solution uses what its question excludes: by the syntax tree, without running anything.

A question in which a convolution is to be written by hand excludes those that exist already::

    cells = {1: "import torch.nn.functional as F", 2: "conv = lambda x, k: F.conv2d(x, k)"}
    outcome = forbidden(cells, ["torch.nn.functional.conv2d"], about=["conv"])
    outcome.message  # 'Your solution uses torch.nn.functional.conv2d, which is excluded here.'
    outcome.where    # Where(cell=2, line=1, source='conv = lambda x, k: F.conv2d(x, k)')

Only code that the question reaches counts: the last definitions of the names that it is ``about``, and of
what these use in turn. A figure that compares with PyTorch, or another question where it is allowed, is left
alone. So is a name that merely looks the same: a local variable, a function of the student's own, a comment.

What cannot be seen here (names put together at run time, operators that call methods) is for
``autograder.student.guard``, which watches while a test runs.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.checks.names import (
    COMPREHENSIONS,
    FUNCTIONS,
    MOST_SOURCE,
    bound,
    meaning_of,
    own_nodes,
    parsed,
    path_of,
)
from autograder.checks.reached import Definitions
from autograder.verdict import PASSED, Outcome, Verdict, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Use:
    """One place where something excluded is used."""

    name: str
    """Its full name, e.g. ``torch.nn.functional.conv2d``."""
    cell: int
    line: int


def forbidden(cells: Mapping[int, str], excluded: Sequence[str], *, about: Sequence[str]) -> Outcome:
    """Does the solution do without what is excluded?

    Args:
        cells: source of each cell by its number, in the order in which they run.
        excluded: full names of modules, functions or classes: ``torch``, ``torch.optim``, ``numpy.convolve``.
            What is in an excluded module is excluded, too.
        about: names of the notebook that the solution consists of.

    Returns:
        A pass, or a fail with the first place and what is used there.
    """
    found = uses(cells, excluded, about=about)
    return objection(found[0].name, where(cells, found[0].cell, found[0].line)) if found else PASSED


def objection(name: str, place: Where | None) -> Outcome:
    """The fail for a use of ``name``."""
    return Outcome(
        verdict=Verdict.FAIL,
        code="forbidden",
        message=f"Your solution uses {name}, which is excluded here.",
        expected=f"a solution without {name}",
        got=place.source if place and place.source else name,
        where=place,
        hint="The notebook says what you may use in this question.",
    )


def where(cells: Mapping[int, str], cell: int, line: int) -> Where:
    """A place with its line of source."""
    lines = cells.get(cell, "").split("\n")
    source = lines[line - 1].strip()[:300] if 0 < line <= len(lines) else ""
    return Where(cell=cell, line=line, source=source)


def uses(cells: Mapping[int, str], excluded: Sequence[str], *, about: Sequence[str]) -> list[Use]:
    """All places where what is reached from ``about`` uses something excluded, in the notebook's order."""
    trees = {number: parsed(source) for number, source in cells.items()}
    found = {
        use
        for number, source in cells.items()
        if len(source) > MOST_SOURCE
        for use in _mentions(source, excluded, number)
    }
    with _room():
        notebook = Definitions(trees)
        # a statement that binds several names is a part of each
        nodes = {node: part.cell for part in notebook.reached(about) for node in part.nodes()}
        for node, cell in nodes.items():
            visitor = _Visitor(notebook, excluded, cell)
            visitor.visit(node)
            found |= visitor.found
    return sorted(found, key=lambda use: (use.cell, use.line, use.name))


def _mentions(source: str, excluded: Sequence[str], cell: int) -> Iterator[Use]:
    """Excluded names whose words stand in a cell that is too long to be parsed; no honest one is."""
    for name in excluded:
        places = [
            re.search(rf"\b{re.escape(word)}\b", source)
            for word in (name.partition(".")[0], name.rpartition(".")[2])
        ]
        if all(places):
            yield Use(name, cell, source.count("\n", 0, max(place.start() for place in places if place)) + 1)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """Let functions call themselves as deep as the parser lets expressions stand in each other.

    That is a few thousand; nothing may be parsed meanwhile, whose own limit follows from this one.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Visitor(ast.NodeVisitor):
    """Looks for uses, with what each function's own names stand for."""

    def __init__(self, notebook: Definitions, excluded: Sequence[str], cell: int) -> None:
        self.found: set[Use] = set()
        self._notebook = notebook
        self._excluded = excluded
        self._cell = cell
        self._scopes: list[dict[str, str | None]] = []

    def meaning(self, name: str) -> str | None:
        """What a name stands for in the scope that is visited."""
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return self._notebook.meaning(name)

    def visit(self, node: ast.AST) -> None:
        """Visit a node and what is in it."""
        path = path_of(node, self) if isinstance(node, ast.expr) else None
        if path is not None and self._note(path, node):
            return  # the parts of torch.optim.Adam need no mention of their own
        if isinstance(node, ast.Name) and path is None and not any(node.id in s for s in self._scopes):
            for starred in self._notebook.starred(node.id):
                self._note(starred, node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._note(alias.name, node)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                self._note(node.module if alias.name == "*" else f"{node.module}.{alias.name}", node)
        if isinstance(node, (*FUNCTIONS, *COMPREHENSIONS)):
            if isinstance(node, FUNCTIONS):
                for default in (*node.args.defaults, *node.args.kw_defaults):
                    if default is not None:
                        self.visit(default)
            self._scopes.append({})
            self._fill(node)
            self.generic_visit(node)
            self._scopes.pop()
        else:
            self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit what is in a node, without annotations: they compute nothing."""
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    self.visit(inner)

    def _fill(self, node: ast.AST) -> None:
        """Find out what the names of a function or comprehension stand for."""
        scope = self._scopes[-1]
        if isinstance(node, FUNCTIONS):
            given = node.args
            arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            scope |= {argument.arg: None for argument in arguments if argument is not None}
        inside = own_nodes(node)
        outside = {n for i in inside if isinstance(i, ast.Global | ast.Nonlocal) for n in i.names}
        for inner in inside:
            for name in bound(inner):
                if name not in outside and (stands_for := meaning_of(inner, name, self)) is not None:
                    scope[name] = stands_for
                elif name not in outside:
                    scope.setdefault(name, None)

    def _note(self, path: str, node: ast.AST) -> bool:
        excluded = any(path == name or path.startswith(f"{name}.") for name in self._excluded)
        if excluded:
            self.found.add(Use(path, self._cell, getattr(node, "lineno", 1)))
        return excluded
