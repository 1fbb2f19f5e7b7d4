"""What the cells of a notebook printed, as one text of bounded length: for whoever explains a grade later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.student import CellOutcome
    from autograder.student.outputs import Output

MOST = 8000
"""Characters of a notebook."""
_MOST_OF_CELL = 2000


def printed(cells: Iterable[CellOutcome]) -> str:
    """Streams, texts of displayed values and errors, under the number of their cell; of figures nothing."""
    parts = []
    for cell in cells:
        text = "".join(map(_text, cell.outputs))
        if cell.error is not None:
            text += f"{cell.error.type}: {cell.error.message}\n"
        if cell.stopped:
            text += f"stopped: {cell.stopped}\n"
        if text.strip():
            parts.append(f"[{cell.number}]\n{_cut(text.rstrip(), _MOST_OF_CELL)}\n")
    return _cut("".join(parts), MOST)


def _text(output: Output) -> str:
    if output.get("output_type") == "stream":
        return str(output.get("text", ""))
    plain = output.get("data", {}).get("text/plain", "")
    return f"{plain}\n" if plain else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 2]}…\n"
