"""Does a crowded machine change a grade? Grade each reference many times, with more to do than processors.

Run with ``python -m tests.benchmarks.reruns [--times 20] [NAME ...]``. Twice as many notebooks as there are
processors are graded at a time, beside a busy loop for each processor. Exits with 1 if any grade differs from
the first one by a byte, or is not full marks.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.grading.engines.local import default_jobs
from autograder.reports.json_file import grade_text
from autograder.verify import solutions
from autograder.verify.rounds import ORDINARY, grade


def reruns(assignment: Assignment, times: int) -> list[str]:
    """What was wrong in any of ``times`` gradings of a reference."""
    reference = solutions.right(assignment)[0]
    with tempfile.TemporaryDirectory() as folder:
        notebooks = [
            solutions.write(Path(folder, f"reference {n}.ipynb"), reference.text, reference.weights)
            for n in range(1, times + 1)
        ]
        results = grade(assignment, notebooks, ORDINARY, jobs=2 * default_jobs())
    grades = {name: replace(result, submission="reference") for name, result in results.items()}
    expected = grade_text([next(iter(grades.values()))])
    return [name for name, result in grades.items() if grade_text([result]) != expected or not result.passed]


def main() -> int:
    """Run it and print one line per assignment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    course = Course.find(Path(__file__))
    assert course is not None
    assignments = [a for a in course.assignments() if not options.names or a.name in options.names]
    different: dict[str, list[str]] = {}
    with ExitStack() as stack:
        for _ in range(default_jobs()):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(busy.kill)
        for assignment in assignments:
            started = time.monotonic()
            different[assignment.name] = reruns(assignment, options.times)
            print(f"{assignment.name}: {time.monotonic() - started:.0f} s", flush=True)
    for name, found in different.items():
        print(
            f"{name}: {options.times} gradings, "
            + (f"different: {', '.join(found)}" if found else "all the same")
        )
    return 1 if any(different.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
