"""What runs inside: an exception as plain data."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from types import TracebackType

from autograder.student.shell import cell_of

MAX_TYPE = 100
MAX_MESSAGE = 2000
_MAX_TRACEBACK = 16_000
_MAX_FRAMES = 20
_MAX_CHAIN = 10
_PACKAGE = str(Path(__file__).parent)


def describe(error: BaseException, *, with_traceback: bool = False) -> dict[str, object]:
    """Type, message, kind, and the innermost place of the notebook in the traceback."""
    kind = "memory" if _is_out_of_memory(error) else "exception"
    name = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    cell, line = _place(error)
    return {
        "type": _exact(name, MAX_TYPE),
        "message": _message(error),
        "kind": kind,
        "cell": cell,
        "line": line,
        "traceback": _traceback(error) if with_traceback else "",
    }


def _exact(text: str, limit: int) -> str:
    """A plain, encodable ``str`` even if ``text`` is of a subclass."""
    return str.encode(str.__getitem__(text, slice(0, limit)), "utf-8", "backslashreplace").decode()


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError) and error.msg:
            return _exact(str(error.msg), MAX_MESSAGE)
        if isinstance(error, KeyError) and len(error.args) == 1:
            return _exact(f"no key {error.args[0]!r}", MAX_MESSAGE)
        return _exact(str(error), MAX_MESSAGE)
    except Exception:  # noqa: BLE001 - the student's own __str__ may do anything
        return ""


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    # torch reports a failed allocation as a RuntimeError
    return type(error) is RuntimeError and "DefaultCPUAllocator: can't allocate memory" in _message(error)


def _place(error: BaseException) -> tuple[int | None, int | None]:
    if isinstance(error, SyntaxError) and isinstance(error.filename, str) and error.lineno:
        cell = cell_of(error.filename)
        if cell is not None:
            return cell, error.lineno
    place: tuple[int | None, int | None] = (None, None)
    step = error.__traceback__
    while step is not None:
        cell = cell_of(step.tb_frame.f_code.co_filename)
        if cell is not None:
            place = cell, step.tb_lineno
        step = step.tb_next
    return place


def _traceback(error: BaseException) -> str:
    """The traceback from the first line of the notebook on, without the kernel's own frames."""
    start: TracebackType | None = error.__traceback__
    while start is not None and cell_of(start.tb_frame.f_code.co_filename) is None:
        start = start.tb_next
    try:
        report = traceback.TracebackException(type(error), error, start, limit=-_MAX_FRAMES, compact=True)
        _hide_paths(report)
        return _exact("".join(report.format()), _MAX_TRACEBACK)
    except Exception:  # noqa: BLE001 - as above
        return ""


def _hide_paths(report: traceback.TracebackException) -> None:
    """Leave out the kernel's frames and where on this machine libraries are installed."""
    for _ in range(_MAX_CHAIN):
        report.stack[:] = [frame for frame in report.stack if not frame.filename.startswith(_PACKAGE)]
        for frame in report.stack:
            frame.filename = re.split(r"[/\\](?:site|dist)-packages[/\\]", frame.filename)[-1]
        earlier = report.__cause__ or report.__context__
        if earlier is None:
            return
        report = earlier
    report.__cause__ = report.__context__ = None
