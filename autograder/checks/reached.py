"""Which definitions of a notebook a question reaches: those that it is about, and what these use in turn."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.checks.names import attached, bound, last_name, meaning_of, statements_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STARTS = ("__init__", "__new__", "__post_init__", "__call__")
"""Methods that run without being named."""


@dataclass(slots=True)
class Part:
    """A statement at the top of a cell that defines or changes a name."""

    cell: int
    statement: ast.stmt
    attribute: str = ""
    """What it attaches to the name: ``relu`` in ``Tensor.relu = op_relu``."""
    methods: set[str] | None = None
    """Methods that are reached of a class; None for all of them."""

    def nodes(self) -> list[ast.AST]:
        """What of it is reached."""
        klass, methods = self.statement, self.methods
        if methods is None or not isinstance(klass, ast.ClassDef):
            return [klass]
        inside = [
            node
            for node in klass.body
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or node.name in methods
            or node.name in _STARTS
        ]
        return [*klass.decorator_list, *klass.bases, *(k.value for k in klass.keywords), *inside]


class _Reach:
    """What is reached so far. Each statement is looked at once, however long a chain of names may be."""

    def __init__(self, parts: Mapping[str, list[Part]], classes: set[str], about: Sequence[str]) -> None:
        self.parts: dict[int, Part] = {}
        self._of = parts
        self._classes = classes
        self._about = frozenset(about)
        self._names: set[str] = set()
        self._methods: set[str] = set()
        """Attributes asked of a class of the notebook or of an object of one."""
        self._objects: set[str] = set()
        """Variables and attributes that hold such objects."""
        self._asked: dict[str, set[str]] = defaultdict(set)
        """Attributes asked of what has not turned out to hold one."""
        self._waiting: dict[str, list[Part | ast.stmt]] = defaultdict(list)
        """What is reached as soon as an attribute of that name is asked for."""
        self._todo: list[ast.AST] = []
        self._seen: set[ast.AST] = set()
        for name in ("self", "cls", *classes):
            self._hold(name)
        for name in about:
            self._name(name)

    def complete(self) -> None:
        """Go on until there is no more news."""
        while self._todo:
            top = self._todo.pop()
            if top not in self._seen:
                self._seen.add(top)
                for node in ast.walk(top):
                    self._take(node)

    def _take(self, node: ast.AST) -> None:
        """Note what stands in one node."""
        match node:
            case ast.Name(id=name):
                self._name(name)
            case ast.Assign(value=ast.Call(func=ast.Name(id=made))) if made in self._classes:
                for target in node.targets:
                    if held := last_name(target):
                        self._hold(held)
            case ast.Attribute(value=ast.Call(func=ast.Name(id=made)), attr=attribute):
                if made in self._classes or made == "super":
                    self._method(attribute)
            case ast.Attribute(value=thing, attr=attribute) if owner := last_name(thing):
                if owner in self._objects:
                    self._method(attribute)
                else:
                    self._asked[owner].add(attribute)

    def _name(self, name: str) -> None:
        if name in self._names:
            return
        self._names.add(name)
        for part in self._of.get(name, ()):
            if part.attribute and name not in self._about and part.attribute not in self._methods:
                self._waiting[part.attribute].append(part)
            else:
                self._part(part, whole=name in self._about)

    def _part(self, part: Part, *, whole: bool) -> None:
        if id(part) in self.parts and (not whole or part.methods is None):
            return
        self.parts[id(part)] = part
        part.methods = None if whole else self._methods
        self._todo += part.nodes()
        if not whole and isinstance(part.statement, ast.ClassDef):
            for method in part.statement.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                    self._waiting[method.name].append(method)

    def _hold(self, name: str) -> None:
        if name not in self._objects:
            self._objects.add(name)
            for attribute in self._asked.pop(name, ()):
                self._method(attribute)

    def _method(self, name: str) -> None:
        if name not in self._methods:
            self._methods.add(name)
            for reached in self._waiting.pop(name, ()):
                if isinstance(reached, Part):
                    self._part(reached, whole=False)
                else:
                    self._todo.append(reached)


class Definitions:
    """The definitions of a notebook, and what its global names stand for when all cells have run.

    Args:
        cells: statements of each cell by its number.
    """

    def __init__(self, cells: Mapping[int, Sequence[ast.stmt]]) -> None:
        self.names: dict[str, str | None] = {}
        self.stars: list[str] = []
        """Modules of which everything was imported."""
        self._parts: dict[str, list[Part]] = defaultdict(list)
        self._classes: set[str] = set()
        for number, statements in cells.items():
            for statement in statements:
                self._take(number, statement, certain=True)

    def _take(self, cell: int, node: ast.stmt, *, certain: bool) -> None:
        """Note what a statement defines; ``certain`` unless it stands below an if, a loop or a try."""
        for name, attribute in attached(node):
            self._parts[name].append(Part(cell, node, attribute))
        if isinstance(node, ast.ClassDef):
            self._classes.add(node.name)
        for name in bound(node):
            stands_for = meaning_of(node, name, self)
            if certain and not isinstance(node, ast.AugAssign):
                self._parts[name] = []
            if not isinstance(node, ast.Import | ast.ImportFrom):  # noted where it is used
                self._parts[name].append(Part(cell, node))
            if certain or stands_for is not None:
                self.names[name] = stands_for
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.module:
            self.stars.append(node.module)
        for inner in statements_in(node):
            self._take(cell, inner, certain=False)

    def reached(self, about: Sequence[str]) -> list[Part]:
        """Parts that ``about`` and what they use consist of.

        A class in ``about`` counts as a whole, because the test may call any of its methods. Of another one
        those methods count that are asked of it or of an object that it plainly made. For others it cannot be
        told: arrays have methods of the same names as a student's tensor.
        """
        reach = _Reach(self._parts, self._classes, about)
        reach.complete()
        return list(reach.parts.values())

    def meaning(self, name: str) -> str | None:
        """What a global name stands for."""
        if name in self.names:
            return self.names[name]
        return name if hasattr(builtins, name) else None

    def starred(self, name: str) -> list[str]:
        """What a name may stand for that is defined nowhere: something of a module imported with ``*``."""
        known = name in self.names or hasattr(builtins, name)
        return [] if known else [f"{module}.{name}" for module in self.stars]
