"""What the names in a notebook's source stand for, as far as its syntax tree tells, without running it."""

from __future__ import annotations

import ast
import functools
import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|(\w[\w\s,]*=)\s*[%!].*)$", re.MULTILINE)
_IMPORTERS = ("importlib.import_module", "__import__")
_MODULES = "sys.modules"
MOST_SOURCE = 200_000
"""Characters of a cell that are parsed: a tree takes hundreds of times the memory of its text."""


class Scope(Protocol):
    """Where a name is looked up."""

    def meaning(self, name: str) -> str | None:
        """Full name of the module, or of what is in it, that ``name`` stands for; None for anything else."""


@functools.lru_cache(maxsize=64)
def parsed(source: str) -> list[ast.stmt]:
    """The statements of a cell. IPython's own lines are left out; a cell with an error in it never ran."""
    if len(source) > MOST_SOURCE:
        return []
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        return ast.parse(_MAGIC.sub(lambda m: f"{m[1]}{m[2]} None" if m[2] else f"{m[1]}pass", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


_MOST_PATH = 1000
"""Characters of a full name. Names that are each made of the one before could fill any memory otherwise."""
_DEEPEST = 50
"""Attributes of attributes that are followed from one place; what is further in is asked about by itself."""


def path_of(node: ast.AST, scope: Scope, depth: int = 0) -> str | None:
    """The full name of what an expression stands for, if that can be told and it is not endless."""
    if depth > _DEEPEST:
        return None
    path = _path_of(node, scope, depth + 1)
    return None if path is not None and len(path) > _MOST_PATH else path


def _path_of(node: ast.AST, scope: Scope, depth: int) -> str | None:
    match node:
        case ast.Name():
            return scope.meaning(node.id)
        case ast.Attribute():
            inner = path_of(node.value, scope, depth)
            return None if inner is None else f"{inner}.{node.attr}"
        case ast.Call(func=ast.Name(id="getattr"), args=[thing, ast.Constant(value=str(name)), *_]):
            inner = path_of(thing, scope, depth)
            return None if inner is None else f"{inner}.{name}"
        case ast.Subscript(
            value=ast.Attribute(value=thing, attr="__dict__")
            | ast.Call(func=ast.Name(id="vars"), args=[thing]),
            slice=ast.Constant(value=str(name)),
        ):
            inner = path_of(thing, scope, depth)
            return None if inner is None else f"{inner}.{name}"
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            return name if path_of(function, scope, depth) in _IMPORTERS else None
        case ast.Subscript(value=thing, slice=ast.Constant(value=str(name))):
            return name if path_of(thing, scope, depth) == _MODULES else None
        case ast.NamedExpr():
            return path_of(node.value, scope, depth)
    return None


def last_name(node: ast.AST) -> str | None:
    """``b`` of ``b`` and of ``a.b``."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def bound(node: ast.AST) -> list[str]:
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


def attached(node: ast.stmt) -> list[tuple[str, str]]:
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


def meaning_of(node: ast.AST, name: str, scope: Scope) -> str | None:
    """What ``name`` stands for after a statement that binds it."""
    match node:
        case ast.Import():
            return _imported(node).get(name, name)
        case ast.ImportFrom() if node.module and not node.level:
            return f"{node.module}.{_imported(node)[name]}"
        case ast.Assign() if name in _targets(node):
            return path_of(node.value, scope)
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            return path_of(value, scope)
    return None


@functools.lru_cache(maxsize=4)
def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """What an import brings, by the names that it gives."""
    return {
        alias.asname or alias.name: alias.name
        for alias in reversed(node.names)
        if alias.asname or isinstance(node, ast.ImportFrom)
    }


@functools.lru_cache(maxsize=4)
def _targets(node: ast.Assign) -> frozenset[str]:
    """Names that get the whole of what is assigned."""
    return frozenset(target.id for target in node.targets if isinstance(target, ast.Name))


def statements_in(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements in the blocks of an if, a loop, a with, a try; not those of a function or class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.stmt):
            yield part
        elif isinstance(part, ast.ExceptHandler | ast.match_case):
            yield from part.body


def own_nodes(node: ast.AST) -> list[ast.AST]:
    """What stands in a function itself, in order, not what stands in functions within it."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found.append(child)
        if not isinstance(child, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            found += own_nodes(child)
    return found
