"""Many tiny submissions: is the last one graded as fast as the first, and does anything grow?

Run with ``python -m tests.benchmarks.ten_thousand [--number 10000] [--jobs 2] [--parts 10]``. The notebooks
are small variations of a solved, a wrong, a broken and an unwritten one. After each part of the class it
notes the rate, the processor time per submission, and the memory of the driver and of all its processes; at
the end the size of the gradebook and how long the listing takes. Exits with 1 if a score is not the
expected one, or if time or memory have grown.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from autograder.batch import Batch
from autograder.course import Course
from autograder.doctor.choice import Choice
from autograder.grading.engines.local import default_jobs
from autograder.grading.gradebook import Gradebook
from autograder.grading.submissions import find

from .cost import proportional

if TYPE_CHECKING:
    from autograder.reports.html import Row

KINDS = {
    "right": (["def double(x):\n    return 2 * x", "def last():\n    return 10"], 2.0),
    "wrong": (["def double(x):\n    return x * x + {n}", "def last():\n    return 10"], 1.0),
    "broken": (["def double(x):\n    return 2 * x", "1 / 0", "def last():\n    raise ValueError({n})"], 1.0),
    "unwritten": (["def double(x):\n    raise NotImplementedError", "def last():\n    return 10 + {n}"], 0.0),
}
TESTS = '''
from autograder import question

@question("1.1", points=1)
def test_double(student):
    """double(x) is twice x"""
    assert student.double(3) == 6

@question("1.2", points=1)
def test_last(student):
    """last() is 10"""
    assert student.last() == 10
'''
GROWTH = 1.25
"""How much more the last part may cost than the second: the first one pays for the start."""


def write_class(root: Path, number: int) -> dict[str, float]:
    """A course and its submissions, all different; the score that each must get."""
    folder = root / "course" / "assignments" / "01_tiny"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('title = "Tiny"\nnotebook = "tiny.ipynb"\n')
    (folder / "test_tiny.py").write_text(TESTS)
    (folder / "tiny.ipynb").write_text("{}")
    (root / "handed-in").mkdir()
    expected = {}
    for n in range(1, number + 1):
        cells, score = list(KINDS.values())[n % len(KINDS)]
        sources = [f"# {n}", *(cell.format(n=n) for cell in cells)]
        data = {
            "cells": [
                {
                    "cell_type": "code",
                    "metadata": {},
                    "outputs": [],
                    "execution_count": None,
                    "source": source,
                }
                for source in sources
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        (root / "handed-in" / f"student{n:05}.ipynb").write_text(json.dumps(data))
        expected[f"student{n:05}"] = score
    return expected


@dataclass(frozen=True)
class Look:
    """What there is at one moment."""

    done: int
    time: float
    cpu: float
    """Processor seconds of the driver, its workers, and what they have reaped."""
    driver: int
    """Bytes."""
    workers: int
    """Bytes of all processes under the driver."""
    wal: int
    """Bytes of the gradebook's log."""


def look(done: int, log: Path) -> Look:
    driver = psutil.Process()
    cpu = memory = 0.0
    for process in (driver, *driver.children(recursive=True)):
        try:
            cpu += sum(process.cpu_times()[:4])
            memory += proportional(process.pid) if process != driver else 0
        except psutil.NoSuchProcess:
            continue
    wal = log.stat().st_size if log.exists() else 0
    return Look(done, time.perf_counter(), cpu, proportional(driver.pid), int(memory), wal)


def seconds(work: object) -> float:
    """How long it takes to do something."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def main() -> int:
    """Grade them and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=default_jobs())
    parser.add_argument("--parts", type=int, default=10)
    parser.add_argument("--isolation", default="none", help="name of the strategy (default: %(default)s)")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # what loses its parent is still ours
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        root = Path(name)
        expected = write_class(root, options.number)
        assignment = Course(root=root / "course").assignment("01_tiny")
        out, log = root / "out", root / "out" / "gradebook.db-wal"
        scores: dict[str, float | None] = {}
        looks = [look(0, log)]
        every = max(1, options.number // options.parts)

        def report(row: Row) -> None:
            scores[row.result.submission] = row.result.score
            if len(scores) % every == 0:
                looks.append(look(len(scores), log))
                print_part(looks[-2], looks[-1])

        print(f"{options.number} submissions, {options.jobs} workers, isolation {options.isolation}")
        print(f"{'done':>7}{'per s':>9}{'CPU s each':>12}{'driver MB':>11}{'workers MB':>12}{'log MB':>8}")
        choice = Choice(strategy=options.isolation, label=options.isolation, missing=())
        with find(root / "handed-in") as submissions:
            with Batch(assignment, out, hidden=False, isolation=choice) as batch:
                batch.grade(submissions, jobs=options.jobs, report=report)
            pages = (out / "index.html").stat().st_size
            with Gradebook(out / "gradebook.db") as book:
                listing = seconds(lambda: book.current("01_tiny"))
                one = seconds(lambda: book.latest("student00001"))
            size = (out / "gradebook.db").stat().st_size

            def again() -> None:
                with Batch(assignment, out, hidden=False, isolation=choice) as known:
                    known.grade(submissions, jobs=options.jobs, report=lambda row: None)

            resumed = seconds(again)
        print(f"gradebook {size / options.number / 1e3:.1f} kB per submission, {size / 1e6:.1f} MB in all")
        print(f"page {pages / 1e6:.1f} MB; all current results {listing:.2f} s, those of one {one:.3f} s")
        print(f"the same command once more, with nothing left to grade: {resumed:.1f} s")
        return verdict(looks, {n for n in expected if scores.get(n) != expected[n]})


def print_part(before: Look, after: Look) -> None:
    number = after.done - before.done
    print(
        f"{after.done:7}{number / (after.time - before.time):9.2f}{(after.cpu - before.cpu) / number:12.3f}"
        f"{after.driver / 1e6:11.0f}{after.workers / 1e6:12.0f}{after.wal / 1e6:8.2f}",
        flush=True,
    )


def verdict(looks: list[Look], wrong: set[str]) -> int:
    """Say what has grown."""
    grown = []
    if len(looks) > 3:
        costs = [(b.cpu - a.cpu) / (b.done - a.done) for a, b in pairwise(looks)]
        for what, early, late in (
            ("processor time", costs[1], costs[-1]),
            ("the driver", looks[2].driver, looks[-1].driver),
            ("the workers", looks[2].workers, looks[-1].workers),
        ):
            print(f"{what}: {late / early:.2f} times what it was in the second part")
            grown += [what] if late > GROWTH * early else []
    for name in sorted(wrong)[:5]:
        print(f"not the expected score: {name}")
    return 1 if grown or wrong or not looks else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
