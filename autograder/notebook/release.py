"""Make the student notebook from the reference.

The reference is one Python file in percent format. What students are to write stands between two lines::

    ### BEGIN SOLUTION
    ### END SOLUTION

and becomes ``raise NotImplementedError`` with the indentation of the first. The same reference gives the
same bytes on every machine, so a test can compare the committed notebook with a fresh one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat
from nbformat import v4

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.course import Assignment

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
PLACEHOLDER = "raise NotImplementedError"

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def release(assignment: Assignment) -> str:
    """The student notebook of an assignment, as the text of its ``.ipynb`` file.

    Raises:
        UsageError: there is no reference, or its solution markers are wrong; the message names the line.
    """
    path = assignment.reference_source
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"cannot release {assignment.name} without its reference: {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the reference ({error}): {path}") from None
    try:
        return released_text(text)
    except UsageError as error:
        raise UsageError(f"{path.name}: {error}") from None


def is_current(assignment: Assignment) -> bool:
    """True if the committed student notebook is what ``release`` makes now."""
    path = assignment.notebook_path
    return path.is_file() and path.read_bytes() == release(assignment).encode()


def released_text(reference: str) -> str:
    """The student notebook made from percent-format source, as the text of an ``.ipynb`` file.

    Raises:
        UsageError: a solution marker is wrong; the message names the line.
    """
    source = jupytext.reads(without_solutions(reference), fmt="py:percent")
    cells: list[Any] = []
    ids: set[str] = set()
    for cell in source.cells:
        make = v4.new_code_cell if cell.cell_type == "code" else v4.new_markdown_cell
        cells.append(make(cell.source, id=_cell_id(cell.cell_type, cell.source, ids)))
    notebook = v4.new_notebook(cells=cells, metadata=_METADATA)
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def without_solutions(reference: str) -> str:
    """Percent-format source with each solution region replaced by the placeholder.

    Raises:
        UsageError: a marker is stray, nested, unclosed or misspelt; the message names the line.
    """
    kept: list[str] = []
    opened = 0
    for number, line in enumerate(reference.splitlines(), start=1):
        marker = line.strip()
        if marker == BEGIN:
            if opened:
                raise UsageError(f"line {number}: a solution begins inside the one of line {opened}")
            opened = number
            kept.append(line[: line.index(BEGIN)] + PLACEHOLDER)
        elif marker == END:
            if not opened:
                raise UsageError(f"line {number}: a solution ends that never began")
            opened = 0
        elif "BEGIN SOLUTION" in marker.upper() or "END SOLUTION" in marker.upper():
            raise UsageError(f"line {number}: a marker is exactly {BEGIN!r} or {END!r}, alone on its line")
        elif opened and marker.startswith("# %%"):
            raise UsageError(f"line {opened}: the solution does not end within its cell")
        elif not opened:
            kept.append(line)
    if opened:
        raise UsageError(f"line {opened}: the solution does not end")
    return "\n".join(kept) + "\n"


def _cell_id(kind: str, source: str, taken: set[str]) -> str:
    """An id that depends on the cell alone, so that a new cell leaves the ids of all others as they are."""
    digest = hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()
    cell_id = digest[:12]
    count = 1
    while cell_id in taken:
        count += 1
        cell_id = f"{digest[:12]}-{count}"
    taken.add(cell_id)
    return cell_id
