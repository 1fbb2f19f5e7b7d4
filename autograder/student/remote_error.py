"""What the student process says of an exception, as the grader's own exception."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.errors import StudentError
from autograder.student.codec import CodecError
from autograder.student.handles import MissingName
from autograder.student.text import clean
from autograder.verdict import Where

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
"""Places in memory differ from run to run, and a verdict must not."""
_KINDS = ("exception", "memory", "unusable")


def student_error(
    failure: object, sources: Mapping[int, Sequence[str]], *, may_be_missing: bool = False
) -> StudentError:
    """Build the exception.

    Args:
        failure: the description that the process sent.
        sources: lines of the cells that have run, by number; what the process says of a place is only a hint.
        may_be_missing: whether a name was asked for.

    Raises:
        CodecError: ``failure`` is not such a description.
    """
    match failure:
        case {
            "type": str(type_),
            "message": str(message),
            "kind": str(kind),
            "cell": int() | None as cell,
            "line": int() | None as line,
            "traceback": str(),
        }:
            is_missing = may_be_missing and kind == "missing"
            return (MissingName if is_missing else StudentError)(
                clean(type_, 100) or "Exception",
                _ADDRESS.sub("0x…", clean(message, 2000)),
                where=_where(cell, line, sources),
                kind="missing" if is_missing else kind if kind in _KINDS else "exception",
            )
    raise CodecError("not a description of an exception")


def _where(cell: int | None, line: int | None, sources: Mapping[int, Sequence[str]]) -> Where | None:
    if cell is None or cell not in sources:
        return None
    lines = sources[cell]
    if line is None or not 1 <= line <= len(lines):
        return Where(cell=cell)
    return Where(cell=cell, line=line, source=clean(lines[line - 1].strip(), 300))
