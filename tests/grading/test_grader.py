"""A grader that collects once: each submission gets what a fresh process would give it, to the byte."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from autograder.course import Assignment, Course
from autograder.errors import GraderDied
from autograder.grading.grader import Grader
from autograder.grading.one import grade_one
from autograder.isolation.warm import Warm
from autograder.reports.json_file import grade_text
from tests.demo import SOLVED, DemoCourse, write_notebook

if TYPE_CHECKING:
    from autograder.grading.attempt import Attempt

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each submission is graded by grade_one")


@pytest.fixture
def assignment(course: DemoCourse) -> Assignment:
    return Course(root=course.root).assignment("01_demo")


@pytest.fixture(scope="module")
def isolation() -> Iterator[Warm]:
    with Warm() as warm:
        yield warm


def told(attempt: Attempt) -> tuple[object, ...]:
    """All of an attempt that is not measured."""
    assert attempt.cells == ()
    return grade_text([attempt.result]), replace(attempt, duration=0.0, memory=None, result=None)  # type: ignore[arg-type]


def fresh(assignment: Assignment, path: Path, **options: bool) -> tuple[object, ...]:
    return told(replace(grade_one(assignment, path, **options), cells=()))


HOSTILE = [
    "import os, signal, sys, threading, time",
    "if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)",
    "for number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, signal.SIG_IGN)",
    "def double(x):\n    os.kill(os.getppid(), 0)\n    os._exit(3)",
    *SOLVED[1:],
]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_grade_is_that_of_a_fresh_process_whatever_was_graded_before(
    assignment: Assignment, isolation: Warm, tmp_path: Path, hidden: bool
) -> None:
    good = write_notebook(tmp_path / "good.ipynb", SOLVED)
    others = [
        write_notebook(tmp_path / "hostile.ipynb", HOSTILE),
        write_notebook(tmp_path / "wrong.ipynb", ["def double(x):\n    return x", *SOLVED[1:]]),
        write_notebook(tmp_path / "raises.ipynb", ["1 / 0", *SOLVED[:2]]),
        tmp_path / "empty.ipynb",
        tmp_path / "missing.ipynb",
    ]
    others[3].touch()
    with Grader(assignment, hidden=hidden, isolation=isolation) as grader:
        first = told(grader.grade(good))
        assert first == fresh(assignment, good, hidden=hidden)
        for other in others:
            assert told(grader.grade(other)) == fresh(assignment, other, hidden=hidden)
            assert told(grader.grade(good)) == first


KEEPS = '''
import os, random, sys
import numpy as np
from hypothesis.strategies import floats
from autograder import check, question

SEEN = []
random.seed(1)
np.random.seed(1)

@question("1.1", points=1)
def test_nothing_was_seen_before(student):
    """the state of the test's module"""
    SEEN.append(student.name)
    os.environ["SEEN"] = os.environ.get("SEEN", "") + student.name
    sys.modules["seen"] = SEEN
    assert student.name == "good", (SEEN, os.environ["SEEN"], random.random(), np.random.rand())

@question("1.2", points=1, needs="1.1")
def test_search(student):
    """double(x) is twice x"""
    check.values(student.double, like=lambda x: 2 * x, inputs=floats(-9, 9))
'''


def test_nothing_that_tests_leave_behind_reaches_another_grade(
    course: DemoCourse, isolation: Warm, tmp_path: Path
) -> None:
    (course.folder / "test_demo.py").write_text(KEEPS)
    assignment = Course(root=course.root).assignment("01_demo")
    paths = [
        write_notebook(
            tmp_path / f"{name}.ipynb", [f"name = {name!r}", f"def double(x):\n    return {answer}"]
        )
        for name, answer in {"good": "x + x", "other": "x * x", "third": "x + x"}.items()
    ]
    with Grader(assignment, isolation=isolation) as grader:
        alone = {path: told(grader.grade(path)) for path in paths}
        for path in reversed(paths):
            assert told(grader.grade(path)) == alone[path]
            assert told(grader.grade(path)) == fresh(assignment, path)


@pytest.mark.parametrize("wrong", ["import no_such_module\n", "raise KeyboardInterrupt\n", "def test_\n"])
def test_tests_that_cannot_be_collected_charge_nobody_and_are_read_again_once_mended(
    course: DemoCourse, assignment: Assignment, isolation: Warm, tmp_path: Path, wrong: str
) -> None:
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    tests = course.folder / "test_demo.py"
    right = tests.read_text()
    with Grader(assignment, isolation=isolation) as grader:
        assert grader.grade(path).result.score == 7
        tests.write_text(wrong)
        for _ in range(2):
            attempt = grader.grade(path)
            assert attempt.result.score is None
            assert told(attempt) == fresh(assignment, path)
        tests.write_text(right)
        assert grader.grade(path).result.score == 7


@pytest.mark.parametrize("changed", ["test_demo.py", "helper.py", "conftest.py", "test_more.py"])
def test_no_grade_comes_from_tests_that_have_changed(
    course: DemoCourse, assignment: Assignment, isolation: Warm, tmp_path: Path, changed: str
) -> None:
    """Also not from a file that they import, or one that is new."""
    (course.folder / "helper.py").write_text("EXPECTED = 6\n")
    (course.folder / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef more():\n    return 0\n"
    )
    helper = str(course.folder / "helper.py")
    tests = course.folder / "test_demo.py"
    tests.write_text(
        "import runpy\nfrom autograder import question\n"
        f"EXPECTED = runpy.run_path({helper!r})['EXPECTED']\n\n"
        '@question("1.1", points=2)\ndef test_double(student, more):\n    """double"""\n'
        "    assert student.double(3) == EXPECTED + more\n"
    )
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    with Grader(assignment, isolation=isolation) as grader:
        assert grader.grade(path).result.score == 2
        match changed:
            case "test_demo.py":
                tests.write_text(tests.read_text().replace("+ more", "- 1 + more"))
            case "helper.py":
                (course.folder / changed).write_text("EXPECTED = 7\n")
            case "conftest.py":
                (course.folder / changed).write_text((course.folder / changed).read_text().replace("0", "1"))
            case _:
                (course.folder / changed).write_text(
                    'from autograder import question\n\n@question("1.1", points=1)\n'
                    'def test_more(student):\n    """more"""\n    assert False\n'
                )
        attempt = grader.grade(path)
        assert attempt.result.questions[0].outcome.verdict == "fail"
        assert told(attempt) == fresh(assignment, path)


DEADLY = """
import os, signal
from autograder import question

@question("1.1", points=2)
def test_grader(student):
    \"\"\"the grader survives\"\"\"
    student.double(3)
    if student.deadly:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@linux
def test_a_grader_that_dies_is_no_grade_and_leaves_no_notebook(
    course: DemoCourse, isolation: Warm, tmp_path: Path
) -> None:
    (course.folder / "test_demo.py").write_text(DEADLY)
    assignment = Course(root=course.root).assignment("01_demo")
    pid = tmp_path / "pid"
    writes = f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))"
    deadly = write_notebook(tmp_path / "deadly.ipynb", [writes, "deadly = True", *SOLVED])
    harmless = write_notebook(tmp_path / "harmless.ipynb", ["deadly = False", *SOLVED])
    with Grader(assignment, isolation=isolation) as grader:
        with pytest.raises(GraderDied):
            grader.grade(deadly)
        assert not psutil.pid_exists(int(pid.read_text()))
        assert grader.grade(harmless).result.score == 2


THREADS = """
import os, threading
from autograder import question

threading.Thread(target=threading.Event().wait, daemon=True).start()

@question("1.1", points=1)
def test_pid(student):
    \"\"\"says who graded it\"\"\"
    assert student.finish() == os.getpid()
"""


@linux
def test_tests_that_start_threads_are_collected_for_each_submission(
    course: DemoCourse, assignment: Assignment, isolation: Warm, tmp_path: Path
) -> None:
    """A fork of a process with threads may hang for ever."""
    (course.folder / "test_demo.py").write_text(THREADS)
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    with Grader(assignment, isolation=isolation) as grader:
        attempts = [grader.grade(path) for _ in range(2)]
    assert attempts[0].result.score == attempts[1].result.score == 0
    assert attempts[0].result != attempts[1].result


@linux
def test_nothing_is_left_when_it_is_closed(assignment: Assignment, isolation: Warm, tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    isolation.warm_up(())
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    descriptors = None
    for _ in range(2):
        with Grader(assignment, isolation=isolation) as grader:
            grader.grade(path)
            during = psutil.Process().children(recursive=True)
        assert {process.pid for process in during} - before
        assert {process.pid for process in psutil.Process().children(recursive=True)} == before
        open_now = psutil.Process().num_fds()
        assert descriptors in (None, open_now)
        descriptors = open_now


@linux
def test_the_process_with_the_tests_goes_with_its_worker(assignment: Assignment, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    worker = os.fork()
    if not worker:
        try:
            os.close(reader)
            grader = Grader(assignment)
            grader.grade(write_notebook(tmp_path / "a.ipynb", SOLVED))
            collected = [p.pid for p in psutil.Process().children(recursive=True)]
            os.write(writer, " ".join(map(str, collected)).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as told_by:
        collected = [int(pid) for pid in told_by.read().split()]
    os.waitpid(worker, 0)
    assert collected
    left = [psutil.Process(pid) for pid in collected if psutil.pid_exists(pid)]
    assert psutil.wait_procs(left, timeout=60)[1] == []


UNUSUAL = """
import torch
from autograder import question

torch.set_grad_enabled(False)

@question("1.1", points=2)
def test_double(student):
    \"\"\"double(x) is twice x\"\"\"
    assert student.double(3) == 6
    assert not torch.is_grad_enabled()
"""


@linux
def test_tests_in_whose_setting_nothing_can_be_trained_are_graded_all_the_same(
    course: DemoCourse, isolation: Warm, tmp_path: Path
) -> None:
    """What is done beforehand only saves time."""
    (course.folder / "test_demo.py").write_text(UNUSUAL)
    assignment = Course(root=course.root).assignment("01_demo")
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    with Grader(assignment, isolation=isolation) as grader:
        assert grader.grade(path).result.score == 2


EDITS = """
from pathlib import Path

def pytest_collection_finish(session):
    tests = Path(__file__).with_name("test_demo.py")
    tests.write_text(tests.read_text().replace("points=2", "points=4"))
"""


def test_tests_that_change_while_the_first_submission_waits_for_them_are_read_again(
    course: DemoCourse, assignment: Assignment, isolation: Warm, tmp_path: Path
) -> None:
    (course.folder / "conftest.py").write_text(EDITS)
    path = write_notebook(tmp_path / "a.ipynb", SOLVED)
    with Grader(assignment, isolation=isolation) as grader:
        assert [grader.grade(path).result.score for _ in range(2)] == [7, 9]
