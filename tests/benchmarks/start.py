"""What a submission costs before its own code runs: start, an empty notebook, end; beside a fresh ipykernel.

Run with ``python -m tests.benchmarks.start``. To reach, with torch preloaded: at most 50 ms from the start to
the first line of a locked process, at most 150 ms for start, twelve empty cells and end.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient

from autograder.errors import InfrastructureError
from autograder.isolation.none import NoIsolation
from autograder.isolation.strategies import NAMES, strategy
from autograder.notebook.read import Cell, Notebook
from autograder.notebook.run import run
from autograder.student import StudentProcess

if TYPE_CHECKING:
    from autograder.isolation.protocol import Isolation

ROUNDS = 30
CELLS = 12
_NOTEBOOK = Notebook(cells=tuple(Cell(number=number, source="None") for number in range(1, CELLS + 1)))


def phases(isolation: Isolation) -> tuple[float, float]:
    """Seconds to the first line, and for everything."""
    started = time.perf_counter()
    with StudentProcess.spawn(isolation=isolation, preload=("torch",)) as process:
        first_line = time.perf_counter() - started
        run(_NOTEBOOK, process)
    return first_line, time.perf_counter() - started


def ipykernel(first_cell: str) -> Callable[[], tuple[float, float]]:
    """The same with nbclient's own kernel."""
    cells = [nbformat.v4.new_code_cell(source) for source in (first_cell, *["None"] * (CELLS - 1))]

    def measure() -> tuple[float, float]:
        started = time.perf_counter()
        client = NotebookClient(nbformat.v4.new_notebook(cells=cells), kernel_name="python3")
        with client.setup_kernel(stderr=subprocess.DEVNULL):
            client.execute_cell(cells[0], 0)
            first_line = time.perf_counter() - started
            for index, cell in enumerate(cells[1:], 1):
                client.execute_cell(cell, index)
        return first_line, time.perf_counter() - started

    return measure


def show(name: str, samples: Sequence[tuple[float, float]]) -> None:
    first_line, whole = ([1000 * sample[part] for sample in samples] for part in (0, 1))
    print(
        f"{name:26} {statistics.median(first_line):10.1f} {max(first_line):8.1f}"
        f" {statistics.median(whole):12.1f} {max(whole):8.1f}"
    )


def main() -> None:
    """Print a table of milliseconds."""
    print(f"milliseconds, {ROUNDS} rounds; torch preloaded in all but ipykernel")
    print(f"{'':26} {'first line':>10} {'worst':>8} {f'{CELLS} cells, all':>12} {'worst':>8}")
    for name in NAMES:
        with strategy(name) as isolation:
            try:
                phases(isolation)  # the warm process starts
            except InfrastructureError as error:
                print(f"{name:26} not here: {error}")
                continue
            show(f"warm, {name}", [phases(isolation) for _ in range(ROUNDS)])
    show("spawned", [phases(NoIsolation()) for _ in range(3)])
    for name, cell in (("ipykernel", "None"), ("ipykernel, import torch", "import torch")):
        measure = ipykernel(cell)
        measure()
        show(name, [measure() for _ in range(3)])


if __name__ == "__main__":
    main()
