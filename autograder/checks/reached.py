"""Which definitions of a notebook a question reaches: those that it is about, and what these use in turn."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.checks.names import attached, bound, last_name, meaning_of, parsed, statements_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STARTS = ("__init__", "__new__", "__post_init__", "__call__")
"""Methods that run without being named."""

_TELLING = (ast.Name, ast.Assign, ast.Attribute)
"""What ``_Seen.take`` looks at."""


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


@dataclass(slots=True)
class _Seen:
    """What reached code names."""

    names: set[str]
    methods: set[str] = field(default_factory=set)
    """Attributes asked of a class of the notebook or of an object of one."""
    objects: set[str] = field(default_factory=lambda: {"self", "cls"})
    """Variables and attributes that hold such objects."""

    def sizes(self) -> tuple[int, ...]:
        """Whether there is news."""
        return len(self.names), len(self.methods), len(self.objects)

    def take(self, node: ast.AST, classes: set[str]) -> None:
        """Note what stands in one node."""
        match node:
            case ast.Name(id=name):
                self.names.add(name)
            case ast.Assign(value=ast.Call(func=ast.Name(id=made))) if made in classes:
                for target in node.targets:
                    self.objects.update(filter(None, [last_name(target)]))
            case ast.Attribute(value=ast.Call(func=ast.Name(id=made)), attr=attribute):
                if made in classes or made == "super":
                    self.methods.add(attribute)
            case ast.Attribute(value=thing, attr=attribute) if last_name(thing) in self.objects | classes:
                self.methods.add(attribute)


class Definitions:
    """The definitions of a notebook, and what its global names stand for when all cells have run."""

    def __init__(self, cells: Mapping[int, str]) -> None:
        self.names: dict[str, str | None] = {}
        self.stars: list[str] = []
        """Modules of which everything was imported."""
        self._parts: dict[str, list[Part]] = defaultdict(list)
        self._classes: set[str] = set()
        for number, source in cells.items():
            for statement in parsed(source):
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
        parts: dict[int, Part] = {}
        seen = _Seen(names=set(about))
        told: dict[ast.AST, list[ast.AST]] = {}
        """Nodes that ``_Seen.take`` learns from, by the one that they are in."""
        while True:
            before = (len(parts), *seen.sizes())
            for name in sorted(seen.names):
                for part in self._parts.get(name, ()):
                    if name in about:
                        part.methods = None
                    elif id(part) not in parts:
                        part.methods = seen.methods
                    if not part.attribute or name in about or part.attribute in seen.methods:
                        parts[id(part)] = part
            for part in list(parts.values()):
                for top in part.nodes():
                    if top not in told:
                        told[top] = [node for node in ast.walk(top) if isinstance(node, _TELLING)]
                    for node in told[top]:
                        seen.take(node, self._classes)
            if (len(parts), *seen.sizes()) == before:
                return list(parts.values())

    def meaning(self, name: str) -> str | None:
        """What a global name stands for."""
        if name in self.names:
            return self.names[name]
        return name if hasattr(builtins, name) else None

    def starred(self, name: str) -> list[str]:
        """What a name may stand for that is defined nowhere: something of a module imported with ``*``."""
        known = name in self.names or hasattr(builtins, name)
        return [] if known else [f"{module}.{name}" for module in self.stars]
