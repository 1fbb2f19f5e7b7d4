"""Notebooks as students save them, made from the reference and its wrong and alternative solutions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext

from autograder.course import Course
from autograder.notebook.release import BEGIN, END, without_solutions
from autograder.notebook.variant import variant

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = Course(root=ROOT).assignment("01_autograd")
REFERENCE = ASSIGNMENT.reference_source.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Cell:
    kind: str
    source: str


@dataclass(frozen=True)
class Style:
    """How a notebook was saved."""

    kernel: str = "python3"
    language: str = "python"
    outputs: bool = True
    counts: Callable[[int], int | None] = lambda number: number
    last: int = 10**6
    """Number of the last code cell that was run before the notebook was saved."""


def cells_of(percent: str) -> list[Cell]:
    kept = "\n".join(line for line in percent.splitlines() if line.strip() not in (BEGIN, END))
    return [Cell(cell.cell_type, cell.source) for cell in jupytext.reads(kept, fmt="py:percent").cells]


def solved(*mistakes: str) -> list[Cell]:
    """The reference, with the mistakes of some wrong solutions."""
    text = REFERENCE
    for name in mistakes:
        text = variant(text, (ASSIGNMENT.reference_directory / "wrong" / f"{name}.py").read_text("utf-8"))
    return cells_of(text)


def unsolved() -> list[Cell]:
    return cells_of(without_solutions(REFERENCE))


def alternative(name: str) -> list[Cell]:
    return cells_of((ASSIGNMENT.reference_directory / "alternative" / f"{name}.py").read_text("utf-8"))


def find(cells: list[Cell], text: str) -> int:
    (index,) = [i for i, cell in enumerate(cells) if cell.kind == "code" and text in cell.source]
    return index


def with_source(cells: list[Cell], text: str, change: Callable[[str], str]) -> list[Cell]:
    """The same notebook with another source in the code cell that holds ``text``."""
    index = find(cells, text)
    return [*cells[:index], replace(cells[index], source=change(cells[index].source)), *cells[index + 1 :]]


def before(cells: list[Cell], text: str, lines: str) -> list[Cell]:
    """The same notebook with some lines at the top of the code cell that holds ``text``."""
    return with_source(cells, text, lambda source: f"{lines}\n\n{source}")


def cell_after(cells: list[Cell], text: str, source: str) -> list[Cell]:
    """The same notebook with one more code cell after the one that holds ``text``."""
    index = find(cells, text)
    return [*cells[: index + 1], Cell("code", source), *cells[index + 1 :]]


def without(cells: list[Cell], text: str) -> list[Cell]:
    index = find(cells, text)
    return [*cells[:index], *cells[index + 1 :]]


def swap(cells: list[Cell], old: str, new: str) -> list[Cell]:
    """The same notebook with one piece of source replaced."""
    return with_source(cells, old, lambda source: source.replace(old, new))


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
PRINTED = {
    'print("a:", a.grad': "a: 2.0  b: 1.0\n",
    'print("gradient of w:"': "gradient of w: [ 0.13552772 -0.27105543]  of b: 0.1355277178469119\n",
}


def outputs(source: str, count: int | None) -> list[dict[str, Any]]:
    """What Jupyter keeps below a cell: a figure as one pixel, a few printed lines, an exception."""
    found: list[dict[str, Any]] = []
    for start, text in PRINTED.items():
        if start in source:
            found.append({"name": "stdout", "output_type": "stream", "text": lines_of(text)})
    if re.search(r"^(plt\.show|show_fit|draw)\(", source, re.MULTILINE):
        data = {"image/png": PIXEL, "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
        found.append({"data": data, "metadata": {}, "output_type": "display_data"})
    if source.rstrip().endswith("# looks right"):
        data = {"text/plain": ["True"]}
        found.append(
            {"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}
        )
    return found


def lines_of(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def notebook(cells: list[Cell], style: Style) -> bytes:
    """A notebook file of format 4.5, as Jupyter writes it."""
    number = 0
    saved: list[dict[str, Any]] = []
    for position, cell in enumerate(cells):
        digest = hashlib.sha256(f"{position} {cell.source}".encode()).hexdigest()
        entry: dict[str, Any] = {"cell_type": cell.kind, "id": digest[:8], "metadata": {}}
        if cell.kind == "code":
            number += 1
            ran = style.outputs and number <= style.last
            entry["execution_count"] = style.counts(number) if ran else None
            entry["outputs"] = outputs(cell.source, entry["execution_count"]) if ran else []
        saved.append({**entry, "source": lines_of(cell.source)})
    metadata = {
        "kernelspec": {"display_name": style.kernel, "language": style.language, "name": style.kernel},
        "language_info": {"name": style.language},
    }
    return written({"cells": saved, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def notebook_v3(cells: list[Cell]) -> bytes:
    """The same in format 3, which has worksheets."""
    saved: list[dict[str, Any]] = []
    for number, cell in enumerate(cells, start=1):
        if cell.kind == "code":
            code = {"collapsed": False, "input": lines_of(cell.source), "language": "python", "outputs": []}
            saved.append({"cell_type": "code", "metadata": {}, "prompt_number": number, **code})
        else:
            saved.append({"cell_type": "markdown", "metadata": {}, "source": lines_of(cell.source)})
    worksheets = [{"cells": saved, "metadata": {}}]
    return written({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets})


def written(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
