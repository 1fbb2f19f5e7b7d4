"""What of a notebook its tests can do without: statements that only compute or draw something to look at.

A statement at the top of a cell is kept if it defines a function or a class, imports something, sets an
attribute or an item, or binds a name that the tests ask for or that a kept statement uses. This is a guess:
tests can ask in other ways. So nothing may be believed of a notebook without the rest that the whole one has
not said, too.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence


def asked_for(tests: Iterable[str]) -> frozenset[str]:
    """Names that the sources of tests ask of the fixture ``student``."""
    found = set()
    for node in (node for source in tests for node in ast.walk(ast.parse(source))):
        match node:
            case ast.Attribute(value=ast.Name(id="student"), attr=name):
                found.add(name)
            case ast.Subscript(value=ast.Name(id="student"), slice=ast.Constant(value=str(name))):
                found.add(name)
    return frozenset(found)


def not_for_show(sources: Sequence[str], names: Iterable[str]) -> list[str]:
    """The cells of a notebook, with empty lines for what is for show and without cells that are nothing else.

    Args:
        sources: the cells, in order.
        names: those that the tests ask for.
    """
    statements = [_Statement(index, node) for index, cell in enumerate(sources) for node in _parsed(cell)]
    needed = set(names)
    waiting = statements
    while True:
        kept = [s for s in waiting if s.defines or not needed.isdisjoint(s.binds)]
        if not kept:
            break
        waiting = [s for s in waiting if s not in kept]
        needed = needed.union(*(s.uses for s in kept))
    lines = [source.split("\n") for source in sources]
    for statement in waiting:
        lines[statement.cell][statement.first : statement.end] = [""] * (statement.end - statement.first)
    return [text for text in map("\n".join, lines) if text.strip()]


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # a line of IPython's own: all of the cell is kept
        return []


class _Statement:
    """A statement at the top of a cell."""

    def __init__(self, cell: int, node: ast.stmt) -> None:
        self.cell = cell
        decorated = getattr(node, "decorator_list", [])
        self.first = min(inner.lineno for inner in (node, *decorated)) - 1
        self.end = node.end_lineno or node.lineno
        table = symtable.symtable(ast.unparse(node), "a cell", "exec")
        symbols = table.get_symbols()
        self.binds = {symbol.get_name() for symbol in symbols if symbol.is_assigned()}
        used = {symbol.get_name() for symbol in symbols if symbol.is_referenced()} | _globals(table)
        self.uses = used - self.binds
        self.defines = any(symbol.is_imported() for symbol in symbols) or any(map(_sets, ast.walk(node)))


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Global names that the functions and classes in a table use."""
    found: set[str] = set()
    for inner in table.get_children():
        found |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global()} | _globals(inner)
    return found


def _sets(node: ast.AST) -> bool:
    """Whether it defines a function or a class, or sets an attribute or an item."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
