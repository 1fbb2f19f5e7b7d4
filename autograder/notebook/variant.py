"""Solutions that differ from the reference in a few definitions.

A course proves its tests with wrong solutions. Each is a small Python file, a *patch*, that holds nothing but
what differs::

    \"\"\"The upstream gradient is ignored.

    rejected by: 1.2
    \"\"\"

    def relu_backward(x, upstream):
        return (x > 0).astype(float)

A function or an assignment of the patch takes the place of the one of that name in the reference, in
whatever cell it stands. A class does so member by member: members that the patch does not mention stay. A
new name that begins with ``_`` is put in front of the definition that follows it.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.errors import UsageError

_REJECTED_BY = re.compile(r"^\s*rejected by:(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What the docstring of a patch says."""

    mistake: str
    """The mistake, in one sentence."""
    rejected_by: tuple[str, ...]
    """Questions that are wrong by this mistake alone, without those that merely build on them."""


def describe(patch: str) -> Patch:
    """Read the docstring of a patch.

    Raises:
        UsageError: it is no Python, or its docstring lacks the mistake or the questions.
    """
    docstring = ast.get_docstring(_parse(patch, "patch")) or ""
    mistake = docstring.partition("\n")[0].strip()
    found = _REJECTED_BY.search(docstring)
    rejected_by = tuple(id.strip() for id in found.group(1).split(",") if id.strip()) if found else ()
    if not mistake or mistake.startswith("rejected by:") or not rejected_by:
        raise UsageError(
            "the patch's docstring must begin with the mistake and have a line 'rejected by: ' with questions"
        )
    return Patch(mistake=mistake, rejected_by=rejected_by)


def variant(reference: str, patch: str) -> str:
    """The reference with the definitions of a patch in place of its own.

    Args:
        reference: the solved notebook in percent format.
        patch: the definitions that differ.

    Returns:
        The solution in percent format.

    Raises:
        UsageError: one of the two is no Python, or the reference does not define a name of the patch once.
    """
    lines = reference.splitlines()
    edits = _edits(_parse(reference, "reference"), lines, _parse(patch, "patch"), patch.splitlines())
    for (start, stop), new in sorted(edits, reverse=True):
        lines[start:stop] = new
    return "\n".join(lines) + "\n"


def _parse(text: str, what: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise UsageError(f"line {error.lineno} of the {what} is not Python: {error.msg}") from None


def _edits(
    there: ast.Module | ast.ClassDef, lines: list[str], here: ast.Module | ast.ClassDef, patch: list[str]
) -> Iterator[tuple[tuple[int, int], list[str]]]:
    """The range of lines that each definition replaces, and its lines."""
    helpers: list[str] = []
    for node in here.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        name = _name(node)
        found = [old for old in there.body if name and _name(old) == name]
        block = textwrap.dedent("\n".join(patch[_first_line(node) : node.end_lineno])).splitlines()
        if not found and name.startswith("_") and not name.startswith("__"):
            helpers += [*block, "", ""]
        elif len(found) != 1:
            raise UsageError(
                f"line {node.lineno} of the patch must define a name that the reference defines once: "
                f"{name or ast.unparse(node)}"
            )
        elif isinstance(node, ast.ClassDef) and isinstance(found[0], ast.ClassDef):
            yield from _edits(found[0], lines, node, patch)
        else:
            new = textwrap.indent("\n".join(helpers + block), " " * found[0].col_offset).splitlines()
            yield (_first_line(found[0]), _end(found[0], lines)), new
            helpers = []
    if helpers:
        raise UsageError(f"no definition follows the patch's helper: {helpers[0]}")


def _name(node: ast.stmt) -> str:
    """The one name that a statement defines; empty if it does anything else."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _end(node: ast.stmt, lines: list[str]) -> int:
    """Index of the line after ``node`` and after comments that still belong to it, such as an end marker."""
    end = node.end_lineno or node.lineno
    comment = re.compile(rf" {{{node.col_offset + 1},}}#")
    while end < len(lines) and comment.match(lines[end]):
        end += 1
    return end
