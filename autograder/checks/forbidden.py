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
import builtins
import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from autograder.verdict import PASSED, Outcome, Verdict, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Scope: TypeAlias = "dict[str, str | None]"
"""What names stand for: the full name of a module or of something in it; None for anything else."""

_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|(\w[\w\s,]*=)\s*[%!].*)$", re.MULTILINE)
_IMPORTERS = ("importlib.import_module", "__import__")
_MODULES = "sys.modules"
_STARTS = ("__init__", "__new__", "__post_init__", "__call__")
"""Methods that run without being named."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MOST_SOURCE = 200_000
"""Characters of a cell that are parsed: a tree takes hundreds of times the memory of its text."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


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
    notebook = _Notebook(cells)
    found: set[Use] = set()
    for part in notebook.reached(about):
        visitor = _Visitor(notebook, excluded, part.cell)
        for node in part.nodes():
            visitor.visit(node)
        found |= visitor.found
    return sorted(found, key=lambda use: (use.cell, use.line, use.name))


@dataclass(slots=True)
class _Part:
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
                    self.objects.update(filter(None, [_last_name(target)]))
            case ast.Attribute(value=ast.Call(func=ast.Name(id=made)), attr=attribute):
                if made in classes or made == "super":
                    self.methods.add(attribute)
            case ast.Attribute(value=thing, attr=attribute) if _last_name(thing) in self.objects | classes:
                self.methods.add(attribute)


class _Notebook:
    """The definitions of a notebook, and what its global names stand for when all cells have run."""

    def __init__(self, cells: Mapping[int, str]) -> None:
        self.names: Scope = {}
        self.stars: list[str] = []
        """Modules of which everything was imported."""
        self._parts: dict[str, list[_Part]] = defaultdict(list)
        self._classes: set[str] = set()
        for number, source in cells.items():
            for statement in _parsed(source):
                self._take(number, statement, certain=True)

    def _take(self, cell: int, node: ast.stmt, *, certain: bool) -> None:
        """Note what a statement defines; ``certain`` unless it stands below an if, a loop or a try."""
        for name, attribute in _attached(node):
            self._parts[name].append(_Part(cell, node, attribute))
        if isinstance(node, ast.ClassDef):
            self._classes.add(node.name)
        for name in _bound(node):
            stands_for = _meaning(node, name, self)
            if certain and not isinstance(node, ast.AugAssign):
                self._parts[name] = []
            if not isinstance(node, ast.Import | ast.ImportFrom):  # noted where it is used
                self._parts[name].append(_Part(cell, node))
            if certain or stands_for is not None:
                self.names[name] = stands_for
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.module:
            self.stars.append(node.module)
        for inner in _statements_in(node):
            self._take(cell, inner, certain=False)

    def reached(self, about: Sequence[str]) -> list[_Part]:
        """Parts that ``about`` and what they use consist of.

        A class in ``about`` counts as a whole, because the test may call any of its methods. Of another one
        those methods count that are asked of it or of an object that it plainly made. For others it cannot be
        told: arrays have methods of the same names as a student's tensor.
        """
        parts: dict[int, _Part] = {}
        seen = _Seen(names=set(about))
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
                for node in (inner for top in part.nodes() for inner in ast.walk(top)):
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


class _Visitor(ast.NodeVisitor):
    """Looks for uses, with what each function's own names stand for."""

    def __init__(self, notebook: _Notebook, excluded: Sequence[str], cell: int) -> None:
        self.found: set[Use] = set()
        self._notebook = notebook
        self._excluded = excluded
        self._cell = cell
        self._scopes: list[Scope] = []

    def meaning(self, name: str) -> str | None:
        """What a name stands for in the scope that is visited."""
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return self._notebook.meaning(name)

    def visit(self, node: ast.AST) -> None:
        """Visit a node and what is in it."""
        path = _path(node, self) if isinstance(node, ast.expr) else None
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
        if isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS)):
            if isinstance(node, _FUNCTIONS):
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
        if isinstance(node, _FUNCTIONS):
            given = node.args
            arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            scope |= {argument.arg: None for argument in arguments if argument is not None}
        inside = _own_nodes(node)
        outside = {n for i in inside if isinstance(i, ast.Global | ast.Nonlocal) for n in i.names}
        for inner in inside:
            for name in _bound(inner):
                if name not in outside and (stands_for := _meaning(inner, name, self)) is not None:
                    scope[name] = stands_for
                elif name not in outside:
                    scope.setdefault(name, None)

    def _note(self, path: str, node: ast.AST) -> bool:
        excluded = any(path == name or path.startswith(f"{name}.") for name in self._excluded)
        if excluded:
            self.found.add(Use(path, self._cell, getattr(node, "lineno", 1)))
        return excluded


@functools.lru_cache(maxsize=64)
def _parsed(source: str) -> list[ast.stmt]:
    """The statements of a cell. IPython's own lines are left out; a cell with an error in it never ran."""
    if len(source) > _MOST_SOURCE:
        return []
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        return ast.parse(_MAGIC.sub(lambda m: f"{m[1]}{m[2]} None" if m[2] else f"{m[1]}pass", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _path(node: ast.AST, scope: _Visitor | _Notebook) -> str | None:
    """The full name of what an expression stands for, if that can be told."""
    match node:
        case ast.Name():
            return scope.meaning(node.id)
        case ast.Attribute():
            inner = _path(node.value, scope)
            return None if inner is None else f"{inner}.{node.attr}"
        case ast.Call(func=ast.Name(id="getattr"), args=[thing, ast.Constant(value=str(name)), *_]):
            inner = _path(thing, scope)
            return None if inner is None else f"{inner}.{name}"
        case ast.Subscript(
            value=ast.Attribute(value=thing, attr="__dict__")
            | ast.Call(func=ast.Name(id="vars"), args=[thing]),
            slice=ast.Constant(value=str(name)),
        ):
            inner = _path(thing, scope)
            return None if inner is None else f"{inner}.{name}"
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            return name if _path(function, scope) in _IMPORTERS else None
        case ast.Subscript(value=thing, slice=ast.Constant(value=str(name))):
            return name if _path(thing, scope) == _MODULES else None
        case ast.NamedExpr():
            return _path(node.value, scope)
    return None


def _last_name(node: ast.AST) -> str | None:
    """``b`` of ``b`` and of ``a.b``."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _bound(node: ast.AST) -> list[str]:
    """Names that a statement binds, not looking into blocks."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names if alias.name != "*"]
        case ast.Assign():
            targets: list[ast.AST] = [*node.targets]
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor() | ast.NamedExpr():
            targets = [node.target]
        case ast.With() | ast.AsyncWith():
            targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
        case ast.comprehension():
            targets = [node.target]
        case ast.ExceptHandler():
            return [node.name] if node.name else []
        case _:
            return []
    stored = (inner for target in targets for inner in ast.walk(target))
    return [n.id for n in stored if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _attached(node: ast.stmt) -> list[tuple[str, str]]:
    """Names of objects to which a statement attaches something, and as what: ``Tensor.relu = op_relu``."""
    found = []
    for target in node.targets if isinstance(node, ast.Assign) else []:
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                found.append((name, attribute))
            case ast.Subscript(value=ast.Name(id=name)):
                found.append((name, "[]"))
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attribute)), _]
            )
        ):
            found.append((name, attribute))
    return found


def _meaning(node: ast.AST, name: str, scope: _Visitor | _Notebook) -> str | None:
    """What ``name`` stands for after a statement that binds it."""
    match node:
        case ast.Import():
            for alias in node.names:
                if alias.asname == name:
                    return alias.name
            return name
        case ast.ImportFrom() if node.module and not node.level:
            original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
            return f"{node.module}.{original}"
        case ast.Assign(targets=targets) if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return _path(node.value, scope)
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            return _path(value, scope)
    return None


def _statements_in(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements in the blocks of an if, a loop, a with, a try; not those of a function or class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.stmt):
            yield part
        elif isinstance(part, ast.ExceptHandler | ast.match_case):
            yield from part.body


def _own_nodes(node: ast.AST) -> list[ast.AST]:
    """What stands in a function itself, in order, not what stands in functions within it."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found.append(child)
        if not isinstance(child, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
            found += _own_nodes(child)
    return found
