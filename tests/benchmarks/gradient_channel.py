"""What the channel costs a gradient check: 200 examples over it and in process, by turns, in one run.

Run with ``python -m tests.benchmarks.gradient_channel``. To reach: at most 2 times the time in process.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from autograder import check
from autograder.checks.inputs import arrays, broadcastable, matmul_pairs
from autograder.course import Course
from autograder.notebook.read import from_percent
from autograder.notebook.run import run
from autograder.student import StudentProcess

EXAMPLES = 200
ROUNDS = 7
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], Any]] = {
    "relu": (lambda a: a.relu(), torch.relu, arrays()),
    "a * b, broadcast": (lambda a, b: a * b, torch.mul, broadcastable()),
    "a @ b": (lambda a, b: a @ b, torch.matmul, matmul_pairs()),
}


def seconds(tensor: Any, case: str) -> float:
    """Wall time of one check."""
    function, like, inputs = CASES[case]
    started = time.perf_counter()
    check.gradients(function, like=like, inputs=inputs, tensor=tensor, examples=EXAMPLES)
    return time.perf_counter() - started


def main() -> None:
    """Print a table of medians."""
    root = Path(__file__).parents[2]
    assignment = Course(root=root).assignment("01_autograd")
    notebook = from_percent(assignment.reference_source.read_text(encoding="utf-8"))
    here: dict[str, Any] = {}
    os.environ["MPLBACKEND"] = "agg"
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            exec(compile(cell.source, f"cell {cell.number}", "exec"), here)
    with StudentProcess.spawn(limits=assignment.limits, time_left=3600) as process:
        run(notebook, process)
        there = process.student.Tensor
        print(f"{EXAMPLES} examples, median of {ROUNDS} rounds")
        print(f"{'':18} {'in process':>12} {'channel':>12} {'ratio':>7}")
        for case in CASES:
            seconds(here["Tensor"], case), seconds(there, case)  # the first one loads what is loaded late
            pairs = [(seconds(here["Tensor"], case), seconds(there, case)) for _ in range(ROUNDS)]
            local, remote = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(there / here for here, there in pairs)
            print(f"{case:18} {local:10.3f} s {remote:10.3f} s {ratio:7.2f}")


if __name__ == "__main__":
    main()
