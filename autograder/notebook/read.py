"""From the bytes of a submission to the source of its code cells.

That source is all that is taken: metadata, tags, outputs, kernel names and cell ids have no effect on a
grade, so they are dropped here and exist nowhere after.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import InfrastructureError, StudentStopped, UsageError
from autograder.student.text import clean

MAX_BYTES = 32 * 2**20
"""Larger files are refused unread; a notebook with many figures has a few MiB."""
MAX_CELLS = 5_000
MAX_CODE = 2**20
"""Characters in all code cells together."""
MAX_TOKENS = 1_000_000
"""Strings, brackets and commas of the JSON. What is parsed takes up to 160 bytes of memory for each, so that
reading never takes more than 512 MiB, whatever 32 MiB hold."""
MAX_DEPTH = 100
"""Levels of lists and dicts. Python's own limit depends on how deep the caller stands already."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_NOT_A_FILE = "This is a pipe or a device, not a file."
_SOURCE = {1: "code", 2: "input", 3: "input", 4: "source"}
"""What each notebook format calls the source of a code cell."""


class UnreadableNotebook(StudentStopped):
    """A submission that is not a notebook; the message is one sentence for the student."""

    def __init__(self, message: str) -> None:
        super().__init__("unreadable", message)


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell that is not blank."""

    number: int
    """The ``[n]`` that Jupyter shows after *Restart and run all*: blank cells are not counted."""
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code cells of a notebook, in order."""

    cells: tuple[Cell, ...]


def read(path: Path) -> Notebook:
    """Read a submission of any notebook format.

    Raises:
        UnreadableNotebook: it is not a regular file, too large, or not a notebook.
    """
    return parse(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a submission, which must be a regular file (no link, pipe or device) of bounded size.

    Raises:
        UnreadableNotebook: it is anything else.
        InfrastructureError: the system does not let us read it.
    """
    advice = "; clear its outputs and save it again"
    return read_regular(path, max_bytes=MAX_BYTES, refusal=UnreadableNotebook, advice=advice)


def read_regular(
    path: Path, *, max_bytes: int, refusal: Callable[[str], BaseException], advice: str = ""
) -> bytes:
    """The bytes of a file that a student handed in.

    Args:
        path: the file; a link, pipe or device is not opened.
        max_bytes: what it may have.
        refusal: makes the exception for a file that is refused out of one sentence.
        advice: what to do about a file that is too large.

    Raises:
        InfrastructureError: the system does not let us read it.
    """
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise refusal("There is no such file.") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise refusal("There is no such file.") from None
        raise _cannot(path, error) from None
    if not stat.S_ISREG(mode):
        raise refusal(irregular(mode))
    # It may have become something else since. O_NONBLOCK: opening a named pipe must not wait for a writer.
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _cannot(path, error) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal(_NOT_A_FILE)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise _cannot(path, error) from None
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        raise refusal(f"The file is larger than {max_bytes // 2**20} MiB{advice}.")
    return data


def irregular(mode: int) -> str:
    """The sentence that refuses what is not a regular file."""
    if stat.S_ISLNK(mode):
        return "This is a link, and links are not followed."
    return "This is a folder, not a file." if stat.S_ISDIR(mode) else _NOT_A_FILE


def _cannot(path: Path, error: OSError) -> InfrastructureError:
    """A disk, a permission: nothing that the student did."""
    name = " ".join(clean(path.name, 100).split())
    return InfrastructureError(f"the submission cannot be read ({error.strerror}): {name}")


def parse(data: bytes) -> Notebook:
    """Read a notebook of any format from its bytes.

    Nothing but the source of the code cells is looked at: whatever is wrong elsewhere has no effect.

    Raises:
        UnreadableNotebook: it is not a notebook, or has no code.
    """
    if not data.strip():
        raise UnreadableNotebook("The file is empty.")
    _measure(data)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableNotebook("The file is not a notebook: it is not text in UTF-8.") from None
    except ValueError:
        raise UnreadableNotebook("The file is not a notebook: it is not valid JSON.") from None
    if not isinstance(document, dict):
        raise UnreadableNotebook("The file is not a notebook: it has no cells.")
    version = document.get("nbformat", 1)
    if type(version) is not int or version not in _SOURCE:
        raise UnreadableNotebook(
            f"The notebook is in a format that is not known ({_short(version)}); save it with Jupyter."
        )
    if version in (2, 3):
        sheets = document.get("worksheets")
        cells = [
            cell
            for sheet in (sheets if isinstance(sheets, list) else [])
            for cell in _list(sheet.get("cells") if isinstance(sheet, dict) else None)
        ]
    else:
        cells = _list(document.get("cells"))
    notebook = _code_cells(cells, _SOURCE[version])
    if not notebook.cells:
        raise UnreadableNotebook("The notebook has no cells with code.")
    return notebook


def _measure(data: bytes) -> None:
    """Refuse what would take too much memory or stack as values, before there are any.

    Raises:
        UnreadableNotebook: see there.
    """
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(data)):
        first = data[token.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise UnreadableNotebook("The file is not a notebook: its JSON is nested too deeply.")
        elif first in b"]}":
            depth -= 1
        if number >= MAX_TOKENS:
            raise UnreadableNotebook(
                "The file holds too many lists and numbers; clear its outputs and save it again."
            )


def _list(cells: object) -> list[Any]:
    if not isinstance(cells, list):
        raise UnreadableNotebook("The file is not a notebook: it has no cells.")
    return cells


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, int | float | str) else f"a {type(value).__name__}"
    return clean(text, 20)


def from_percent(text: str) -> Notebook:
    """Read a reference in percent format (``# %%`` between cells).

    Raises:
        UsageError: it holds no code cell.
    """
    import jupytext

    notebook = _code_cells(jupytext.reads(text, fmt="py:percent").cells, "source")
    if not notebook.cells:
        raise UsageError("the reference has no code cells: is it in percent format ('# %%' between cells)?")
    return notebook


def _code_cells(cells: Sequence[Any], key: str) -> Notebook:
    sources: list[str] = []
    size = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get(key, "")
        lines = source if isinstance(source, list) else [source]
        if not all(isinstance(line, str) for line in lines):
            raise UnreadableNotebook(
                "The file is not a notebook that can be read: a cell's source is not text."
            )
        size += sum(map(len, lines))
        if size > MAX_CODE:
            raise UnreadableNotebook(f"The notebook has more than {MAX_CODE:,} characters of code.")
        source = "".join(lines)
        if source.strip():
            if len(sources) == MAX_CELLS:
                raise UnreadableNotebook(f"The notebook has more than {MAX_CELLS:,} cells with code.")
            # A lone surrogate is legal in JSON and in no other text.
            sources.append(source.encode("utf-8", "replace").decode("utf-8"))
    return Notebook(tuple(Cell(number, source) for number, source in enumerate(sources, start=1)))
