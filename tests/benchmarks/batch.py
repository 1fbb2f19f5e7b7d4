"""What grading a class costs: this project, a loop with nbclient, nbgrader and otter on the same notebooks.

Run with ``python -m tests.benchmarks.batch [--rounds 3] [--work torch|numpy] [--without RUNNER ...]``.
nbgrader and otter are installed into ``build/peers``, once. Each runner grades a small and a larger class,
which tells apart what it costs to start and what one more submission costs. The floor is the notebook's
cells in a process that has imported everything and has run them before; the tests' own time is that of what
they ask, there.

To reach, in processor time for one more submission: ours at most 1.4 times the floor and the tests' own
time; nbgrader at least 4 (torch) and 15 (numpy) times ours, otter 6 and 20 times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import nbformat

from autograder.isolation.launch import environment

from . import batch_course
from .batch_course import POINTS, WORKS, Work
from .cost import Cost, cost_of

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "build" / "peers"
PINNED = ("nbgrader==0.9.6", "otter-grader==7.0.0", "ipykernel")
CLASS = 100
"""Size of the class over which the start is spread in the ratios."""

_LOOP = """
import sys
import nbformat
from nbclient import NotebookClient
for path in sys.argv[1:]:
    NotebookClient(nbformat.read(path, as_version=4), kernel_name="python3", timeout=120).execute()
"""
_FLOOR = """
import contextlib, io, json, runpy, sys, time, types
cells, tests, times = json.loads(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
for _ in range(times + 1):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        begun = time.process_time()
        for cell in cells:
            exec(compile(cell, "<cell>", "exec"), names)
        cells_took = time.process_time() - begun
        names["student"] = types.SimpleNamespace(**names)
        begun = time.process_time()
        for test in tests:
            assert eval(test, names)
        print(cells_took, time.process_time() - begun, file=sys.stderr)
"""


@dataclass(frozen=True)
class Measured:
    """Medians."""

    start: float
    """Processor seconds whatever the number of submissions."""
    each: float
    """Processor seconds for one more submission."""
    wall: float
    """Seconds for one more submission."""
    memory: int
    """Bytes, at most."""

    @property
    def per_submission(self) -> float:
        """Processor seconds in a class of ``CLASS``."""
        return self.start / CLASS + self.each


Runner = Callable[[Work, int, Path], Cost]


def clean_environment() -> dict[str, str]:
    """One thread for everybody: more make each of them slower on a busy machine."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def peers_environment() -> dict[str, str]:
    variables = clean_environment()
    del variables["PYTHONPATH"]
    return {**variables, "PATH": f"{PEERS / 'bin'}:{variables['PATH']}", "JUPYTER_PREFER_ENV_PATH": "1"}


def install_peers() -> None:
    """Install nbgrader and otter; torch first and alone, as in the Makefile."""
    ready = PEERS / ".ready"
    if ready.exists() and ready.read_text() == str(PINNED):
        return
    subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    pip = [PEERS / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", "torch==2.13.0"], check=True)
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", *PINNED], check=True)
    ready.write_text(str(PINNED))


def ours(jobs: int, work: Work, students: int, place: Path) -> Cost:
    batch_course.course(place / "course", [work])
    handed_in = batch_course.hand_in(place / "handed-in", work, students)
    command = [sys.executable, "-m", "autograder.cli", "grade", handed_in, "--assignment", work.name]
    command += ["--course", place / "course", "--out", place / "out", "--jobs", str(jobs)]
    cost = cost_of(command, cwd=place, env=clean_environment(), log=place / "log")
    results = sorted((place / "out" / "results").glob("*.json"))
    scores = [json.loads(result.read_text())["assignments"][0]["score"] for result in results]
    _expect(scores == [POINTS] * students, f"ours: {scores}")
    return cost


def nbclient_loop(work: Work, students: int, place: Path) -> Cost:
    paths = [place / f"{number}.ipynb" for number in range(students)]
    for path in paths:
        nbformat.write(batch_course.nbgrader_notebook(work), path)
    return cost_of(
        [sys.executable, "-c", _LOOP, *paths], cwd=place, env=clean_environment(), log=place / "log"
    )


def nbgrader(work: Work, students: int, place: Path) -> Cost:
    batch_course.nbgrader_course(place / "course", work, students)
    run = partial(cost_of, cwd=place / "course", env=peers_environment(), log=place / "log")
    run([PEERS / "bin" / "nbgrader", "generate_assignment", "work"])
    cost = run([PEERS / "bin" / "nbgrader", "autograde", "work"])
    run([PEERS / "bin" / "nbgrader", "export"])
    rows = (place / "course" / "grades.csv").read_text().splitlines()
    at = rows[0].split(",").index("score")
    scores = [float(row.split(",")[at]) for row in rows[1:]]
    _expect(scores == [POINTS] * students, f"nbgrader: {scores}")
    return cost


def otter(work: Work, students: int, place: Path) -> Cost:
    batch_course.otter_course(place / "course", work)
    run = partial(cost_of, cwd=place / "course", env=peers_environment(), log=place / "log")
    run([PEERS / "bin" / "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"])
    costs = []
    for number in range(students):
        out = place / "out" / str(number)
        out.mkdir(parents=True)
        costs.append(
            run(
                [PEERS / "bin" / "otter", "run", "-a", "autograder.zip", "-o", out, "--no-logo", "work.ipynb"]
            )
        )
        tests = json.loads((out / "results.json").read_text())["tests"]
        score = sum(test.get("score") or 0 for test in tests)
        _expect(score == POINTS, f"otter: {score}")
    total = [sum(part) for part in zip(*((cost.cpu, cost.wall) for cost in costs), strict=True)]
    return Cost(total[0], total[1], max(cost.memory for cost in costs))


RUNNERS: Mapping[str, tuple[Runner, tuple[int, int]]] = {
    "ours, 1 worker": (partial(ours, 1), (2, 32)),
    "ours, 2 workers": (partial(ours, 2), (2, 32)),
    "nbclient": (nbclient_loop, (1, 3)),
    "nbgrader": (nbgrader, (1, 3)),
    "otter": (otter, (0, 1)),
}
"""And the sizes of the two classes that they grade."""


def _expect(holds: bool, message: str) -> None:
    if not holds:
        raise SystemExit(f"not graded as expected: {message}")


def floor(work: Work, times: int = 5) -> tuple[float, float]:
    """Processor seconds of the cells and of the tests in a warm process, which are medians."""
    with tempfile.TemporaryDirectory() as place:
        tests = [expression for _, _, expression in work.tests]
        done = subprocess.run(
            [sys.executable, "-c", _FLOOR, json.dumps(work.cells), json.dumps(tests), str(times)],
            env=clean_environment() | environment(Path(place)) | {"HOME": os.environ.get("HOME", "/")},
            capture_output=True,
            text=True,
            check=True,
        )
    # the first time is that of a process that is not warm
    rows = [tuple(map(float, line.split())) for line in done.stderr.splitlines()[1:]]
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)


def measured(runner: Runner, work: Work, sizes: tuple[int, int]) -> Measured:
    """Grade two classes."""
    costs = []
    for students in sizes:
        if students:
            with tempfile.TemporaryDirectory(prefix="bench-") as place:
                costs.append(runner(work, students, Path(place)))
        else:
            costs.append(Cost(0, 0, 0))
    small, large = costs
    more = sizes[1] - sizes[0]
    each = (large.cpu - small.cpu) / more
    return Measured(
        max(0.0, small.cpu - sizes[0] * each),
        each,
        (large.wall - small.wall) / more,
        max(small.memory, large.memory),
    )


def table(work: Work, floors: list[tuple[float, float]], found: Mapping[str, list[Measured]]) -> None:
    """Print medians and ratios."""
    cells, tests = (statistics.median(side) for side in zip(*floors, strict=True))
    print(f"\n{work.name}: the cells in a warm process {cells:.3f} s, the tests' own time {tests:.3f} s")
    print(
        f"{'':18}{'start':>8}{'each':>9}{'each':>9}{'peak':>8}   {'of floor':>9}"
        f"{'of ours':>9}{f'class of {CLASS}':>14}{'of ours':>9}"
    )
    print(f"{'':18}{'CPU s':>8}{'CPU s':>9}{'wall s':>9}{'MB':>8}   {'+ tests':>9}{'':9}{'CPU s':>14}")
    medians = {
        name: Measured(*(statistics.median(getattr(m, f.name) for m in rounds) for f in fields(Measured)))
        for name, rounds in found.items()
    }
    base = medians.get("ours, 1 worker")
    for name, m in medians.items():
        of_ours = f"{m.each / base.each:9.2f}" if base else f"{'':9}"
        class_of_ours = f"{m.per_submission / base.per_submission:9.2f}" if base else ""
        print(
            f"{name:18}{m.start:8.2f}{m.each:9.3f}{m.wall:9.3f}{m.memory / 1e6:8.0f}   "
            f"{m.each / (cells + tests):9.2f}"
            f"{of_ours}{m.per_submission:14.3f}{class_of_ours}"
        )
    if base and (two := medians.get("ours, 2 workers")):
        print(
            f"2 workers: {base.wall / two.wall:.2f} times as fast as 1 by the wall clock; "
            f"{(two.memory - base.memory) / 1e6:.0f} MB more"
        )


def main() -> None:
    """Measure by turns and print a table for each assignment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", choices=[work.name for work in WORKS])
    parser.add_argument("--without", nargs="*", default=[], choices=list(RUNNERS), metavar="RUNNER")
    options = parser.parse_args()
    install_peers()
    print(f"{options.rounds} rounds, medians; load of the machine at the start: {os.getloadavg()[0]:.1f}")
    for work in WORKS:
        if options.work and work.name != options.work:
            continue
        floors: list[tuple[float, float]] = []
        found: dict[str, list[Measured]] = {name: [] for name in RUNNERS if name not in options.without}
        for _ in range(options.rounds):
            floors.append(floor(work))
            for name, rounds in found.items():
                runner, sizes = RUNNERS[name]
                rounds.append(measured(runner, work, sizes))
        table(work, floors, found)


if __name__ == "__main__":
    main()
