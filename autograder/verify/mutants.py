"""Small changes of the reference, each of which a test should notice.

libcst reads the reference and says where each node stands, so that comments and cell marks stay as they are.
The operators are our own: those of mutmut and cosmic-ray belong to programs that run a package's test suite
themselves, and know nothing of what goes wrong in array code: axes, transposes, the order of gradients.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from types import CodeType

from autograder.errors import UsageError
from autograder.notebook.release import BEGIN, END

try:
    import libcst as cst
    from libcst import metadata
except ModuleNotFoundError:
    raise UsageError(
        "autograder verify --generate needs libcst: python -m pip install 'autograder[verify]'"
    ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of the reference."""

    definition: str
    """The function or class at the top of a cell in which it stands."""
    operator: str
    """What kind of change it is, e.g. ``comparison``."""
    start: int
    """Index of the first line that it replaces."""
    stop: int
    """Index of the line after the last one."""
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def name(self) -> str:
        """Unique, and the same in every run."""
        return f"line {self.start + 1}: {self.operator}: {' '.join(' '.join(self.new).split())}"

    def diff(self) -> list[str]:
        """The lines taken away and the lines that come instead."""
        return [f"- {line}" for line in self.old] + [f"+ {line}" for line in self.new]


def mutants(reference: str) -> list[Mutant]:
    """All mutants of the solution regions, each once, in the order of the reference."""
    wrapper = metadata.MetadataWrapper(cst.parse_module(reference))
    finder = _Finder(_solution_lines(reference))
    wrapper.visit(finder)
    lines = reference.splitlines(keepends=True)
    found: dict[tuple[int, tuple[str, ...]], Mutant] = {}
    for operator, span, new, definition in finder.found:
        text = _spliced(lines, span, wrapper.module.code_for_node(new))
        mutant = _mutant(reference, text, operator, definition)
        if (mutant.start, mutant.new) not in found and mutant.old != mutant.new and _code(reference, mutant):
            found[mutant.start, mutant.new] = mutant
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.operator, mutant.new))


def applied(reference: str, chosen: Sequence[Mutant]) -> str:
    """The reference with these changes, which must not touch the same lines."""
    lines = reference.splitlines()
    for mutant in sorted(chosen, key=lambda mutant: mutant.start, reverse=True):
        lines[mutant.start : mutant.stop] = mutant.new
    return "\n".join(lines) + "\n"


def same_code(reference: str, mutant: Mutant) -> bool:
    """Whether Python makes the same code of both, as it does of ``x * 1.0 ** 2`` and ``x * 1.0``."""
    return _code(reference, mutant) == _code(reference, replace(mutant, new=mutant.old))


def _code(reference: str, mutant: Mutant) -> object:
    """What the compiler makes of the statement around a mutant, without line numbers; None if it cannot."""
    first, last = next((a, b) for a, b in _statements(reference) if a <= mutant.start < b)
    lines = reference.splitlines()
    text = "\n".join([*lines[first : mutant.start], *mutant.new, *lines[mutant.stop : last]])

    def parts(code: object) -> object:
        if not isinstance(code, CodeType):
            return (type(code).__name__, repr(code))
        constants = [parts(constant) for constant in code.co_consts]
        return (code.co_code, code.co_names, code.co_varnames, constants)

    try:
        return parts(compile(text, "mutant", "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return None


@lru_cache(maxsize=1)
def _statements(reference: str) -> list[tuple[int, int]]:
    """The ranges of lines of the statements at the top, comments that follow included."""
    starts = [
        min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))]) - 1
        for node in ast.parse(reference).body
    ]
    return list(pairwise([*starts, len(reference.splitlines())]))


def _solution_lines(reference: str) -> set[int]:
    """Numbers of the lines between the markers, from 1."""
    inside = False
    numbers: set[int] = set()
    for number, line in enumerate(reference.splitlines(), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            numbers.add(number)
    return numbers


def _spliced(lines: Sequence[str], span: metadata.CodeRange, new: str) -> str:
    """The text with ``new`` where the node of this range stood."""
    start, end = span.start, span.end
    before = "".join(lines[: start.line - 1]) + lines[start.line - 1][: start.column]
    after = (lines[end.line - 1][end.column :] if end.line <= len(lines) else "") + "".join(lines[end.line :])
    return before + new + after


def _mutant(reference: str, text: str, operator: str, definition: str) -> Mutant:
    before, after = reference.splitlines(), text.splitlines()
    pairs = list(zip(before, after, strict=False))
    start = next((index for index, (a, b) in enumerate(pairs) if a != b), len(pairs))
    room = min(len(before), len(after)) - start
    ends = enumerate(zip(reversed(before), reversed(after), strict=False))
    same = min(next((index for index, (a, b) in ends if a != b), room), room)
    return Mutant(
        definition=definition,
        operator=operator,
        start=start,
        stop=len(before) - same,
        old=tuple(before[start : len(before) - same]),
        new=tuple(after[start : len(after) - same]),
    )


class _Finder(cst.CSTVisitor):
    """Collects what each node of a solution can be replaced by."""

    METADATA_DEPENDENCIES = (metadata.PositionProvider, metadata.WhitespaceInclusivePositionProvider)

    def __init__(self, lines: set[int]) -> None:
        super().__init__()
        self.found: list[tuple[str, metadata.CodeRange, cst.CSTNode, str]] = []
        self._lines = lines
        self._definitions: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._definitions.append(node.name.value)
        place = self.get_metadata(metadata.PositionProvider, node, None)
        if place is not None and {place.start.line, place.end.line} <= self._lines:
            definition = self._definitions[0] if self._definitions else ""
            for operator, part, new in replacements(node):
                span = self.get_metadata(metadata.WhitespaceInclusivePositionProvider, part)
                self.found.append((operator, span, new, definition))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._definitions.pop()


_ARITHMETIC: dict[type[cst.CSTNode], cst.BaseBinaryOp] = {
    cst.Add: cst.Subtract(),
    cst.Subtract: cst.Add(),
    cst.Multiply: cst.Divide(),
    cst.Divide: cst.Multiply(),
    cst.FloorDivide: cst.Divide(),
    cst.Modulo: cst.Multiply(),
    cst.Power: cst.Multiply(),
    cst.MatrixMultiply: cst.Multiply(),
}
_AUGMENTED: dict[type[cst.CSTNode], cst.BaseAugOp] = {
    cst.AddAssign: cst.SubtractAssign(),
    cst.SubtractAssign: cst.AddAssign(),
    cst.MultiplyAssign: cst.DivideAssign(),
    cst.DivideAssign: cst.MultiplyAssign(),
}
_COMPARISONS: dict[type[cst.CSTNode], tuple[cst.BaseCompOp, ...]] = {
    cst.LessThan: (cst.LessThanEqual(), cst.GreaterThan()),
    cst.LessThanEqual: (cst.LessThan(), cst.GreaterThan()),
    cst.GreaterThan: (cst.GreaterThanEqual(), cst.LessThan()),
    cst.GreaterThanEqual: (cst.GreaterThan(), cst.LessThan()),
    cst.Equal: (cst.NotEqual(),),
    cst.NotEqual: (cst.Equal(),),
    cst.Is: (cst.IsNot(),),
    cst.IsNot: (cst.Is(),),
    cst.In: (cst.NotIn(),),
    cst.NotIn: (cst.In(),),
}
_NAMES = {"True": "False", "False": "True"}


def replacements(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode, cst.CSTNode]]:
    """The kind of each change, the part of ``node`` that goes, and what comes instead."""
    for operator, new in _whole(node):
        yield operator, node, new
    match node:
        case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
            yield "condition", test, _negated(test)
        case cst.SimpleStatementLine(body=[statement]):
            if isinstance(statement, cst.Return | cst.Pass):
                return  # what a return is replaced by stands below
            if not (isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString)):
                yield "statement deleted", statement, cst.Pass()


def _whole(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    """What a node as a whole can be replaced by."""
    match node:
        case cst.BinaryOperation(operator=operator) if type(operator) in _ARITHMETIC:
            yield "arithmetic", node.with_changes(operator=_ARITHMETIC[type(operator)])
        case cst.AugAssign(operator=sign) if type(sign) in _AUGMENTED:
            yield "arithmetic", node.with_changes(operator=_AUGMENTED[type(sign)])
        case cst.ComparisonTarget(operator=comparison):
            for other in _COMPARISONS.get(type(comparison), ()):
                yield "comparison", node.with_changes(operator=other)
        case cst.BooleanOperation(operator=cst.And()):
            yield "and for or", node.with_changes(operator=cst.Or())
        case cst.BooleanOperation(operator=cst.Or()):
            yield "and for or", node.with_changes(operator=cst.And())
        case cst.UnaryOperation(operator=cst.Minus() | cst.Not(), expression=expression):
            yield "sign", expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        case cst.Integer(value=value):
            yield "constant", node.with_changes(value=str(int(value, 0) + 1))
        case cst.Float(value=value):
            yield "constant", node.with_changes(value=repr(2 * float(value) or 1.0))
        case cst.Name(value=value) if value in _NAMES:
            yield "flag", node.with_changes(value=_NAMES[value])
        case cst.Arg(keyword=cst.Name("axis"), value=cst.Integer(value=axis)):
            yield "axis", node.with_changes(value=cst.Integer("1" if axis == "0" else "0"))
        case cst.Attribute(attr=cst.Name("T"), value=value):
            yield "transpose", value
        case cst.Call(args=arguments):
            yield from (("arguments", node.with_changes(args=args)) for args in _arguments(arguments))
        case cst.Return(value=cst.Tuple(elements=[first, second]) as pair):
            swapped = [first.with_changes(value=second.value), second.with_changes(value=first.value)]
            yield "order", node.with_changes(value=pair.with_changes(elements=swapped))
            yield "return", node.with_changes(value=cst.Name("None"))
        case cst.Return(value=value) if value is not None and not isinstance(value, cst.Name):
            yield "return", node.with_changes(value=cst.Name("None"))


def _negated(test: cst.BaseExpression) -> cst.BaseExpression:
    return cst.UnaryOperation(
        operator=cst.Not(), expression=test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    )


def _arguments(arguments: Sequence[cst.Arg]) -> Iterator[list[cst.Arg]]:
    """Lists of arguments of which one is missing, or of which two neighbours have changed places."""
    plain = [argument.with_changes(comma=cst.MaybeSentinel.DEFAULT) for argument in arguments]
    for index in range(len(plain)):
        yield plain[:index] + plain[index + 1 :]
    for index in range(len(plain) - 1):
        first, second = plain[index : index + 2]
        if first.keyword is None and second.keyword is None and not (first.star or second.star):
            yield [*plain[:index], second, first, *plain[index + 2 :]]
