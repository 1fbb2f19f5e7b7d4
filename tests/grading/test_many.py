"""A batch in real worker processes: nothing stops it, nothing is lost, nobody is charged for our faults."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.course import Assignment, Course
from autograder.grading.many import grade_many
from autograder.grading.submissions import Submission, find
from autograder.verdict import Verdict
from tests.demo import SOLVED, DemoCourse, write_notebook

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

# A test that takes its own grader down, if the notebook asks for it.
DEADLY = """
import os, signal
from autograder import question

@question("1.1", points=2)
def test_grader(student):
    \"\"\"the grader survives\"\"\"
    if student.deadly == "always" or (student.deadly == "first" and not os.path.exists({flag!r})):
        open({flag!r}, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    assert student.deadly != "wrong"
"""


@pytest.fixture
def assignment(course: DemoCourse) -> Assignment:
    return Course(root=course.root).assignment("01_demo")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "submissions"
    path.mkdir()
    return path


@pytest.fixture(autouse=True)
def no_process_is_left_behind() -> Iterator[None]:
    before = psutil.Process().children()  # of other tests, which are not done yet
    yield
    assert multiprocessing.active_children() == []
    # the warm process of a worker that was killed notices by itself
    left = [p for p in psutil.Process().children() if p not in before]
    children = [p for child in left for p in (child, *child.children(recursive=True))]
    children = [p for p in children if not is_resource_tracker(p)]
    assert psutil.wait_procs(children, timeout=10)[1] == []


def is_resource_tracker(process: psutil.Process) -> bool:
    try:
        return "resource_tracker" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def scores(
    assignment: Assignment, submissions: list[Submission], **options: int | bool
) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for submission, attempt in grade_many(assignment, submissions, **options):  # type: ignore[arg-type]
        assert submission.name not in found
        assert attempt.submission == attempt.result.submission == submission.name
        found[submission.name] = attempt.result.score
    return found


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_gets_what_it_would_get_alone(assignment: Assignment, folder: Path, jobs: int) -> None:
    write_notebook(folder / "full.ipynb", SOLVED)
    write_notebook(folder / "half.ipynb", SOLVED[:2])
    write_notebook(folder / "raised.ipynb", ["1 / 0", *SOLVED[:1], "raise NotImplementedError('later')"])
    write_notebook(folder / "gone.ipynb", ["import os", "os._exit(3)", *SOLVED])
    (folder / "rubbish.ipynb").write_bytes(b"\x00\xff" * 100)
    (folder / "folder.ipynb").mkdir()
    assert scores(assignment, find(folder), jobs=jobs, hidden=True) == {
        "full": 9,
        "half": 7,
        "raised": 4,
        "gone": 9,
        "rubbish": 0,
        "folder": 0,
    }


@posix
def test_links_and_pipes_are_rows_and_are_never_opened(
    assignment: Assignment, folder: Path, tmp_path: Path
) -> None:
    solved = write_notebook(tmp_path / "solved.ipynb", SOLVED)
    (folder / "link.ipynb").symlink_to(solved)
    os.mkfifo(folder / "pipe.ipynb")
    attempts = {
        submission.name: attempt for submission, attempt in grade_many(assignment, find(folder), jobs=1)
    }
    assert set(attempts) == {"link", "pipe"}
    for attempt in attempts.values():
        assert attempt.result.score == 0
        assert attempt.trouble.endswith(".")
        assert attempt.sha256 == ""


def test_a_folder_without_a_notebook_is_a_row_that_charges_nothing(
    assignment: Assignment, folder: Path
) -> None:
    (folder / "alice").mkdir()
    write_notebook(folder / "alice" / "demo.ipynb", SOLVED)
    (folder / "bob").mkdir()
    attempts = {submission.name: attempt for submission, attempt in grade_many(assignment, find(folder))}
    assert attempts["alice"].result.score == 7
    bob = attempts["bob"]
    assert bob.trouble == "There is no notebook in the folder."
    assert (bob.result.score, bob.result.max_score) == (None, 7)
    assert {q.outcome.verdict for q in bob.result.questions} == {Verdict.INCONCLUSIVE}


@posix
def test_a_worker_that_dies_costs_nobody_a_point(
    course: DemoCourse, assignment: Assignment, folder: Path, tmp_path: Path
) -> None:
    """The cause is tried again alone and then handed to a person; those graded beside it are not touched."""
    (course.folder / "test_demo.py").write_text(DEADLY.format(flag=str(tmp_path / "flag")))
    for name, value in {"a": "no", "b": "always", "c": "wrong", "d": "first", "e": "no"}.items():
        write_notebook(folder / f"{name}.ipynb", [f"deadly = {value!r}"])
    attempts = {
        submission.name: attempt for submission, attempt in grade_many(assignment, find(folder), jobs=2)
    }
    assert {name: attempt.result.score for name, attempt in attempts.items()} == {
        "a": 2,
        "b": None,
        "c": 0,
        "d": 2,
        "e": 2,
    }
    assert attempts["b"].trouble == "The process that graded it died 3 times."
    assert attempts["b"].result.max_score == 2


@posix
def test_a_worker_that_dies_takes_nobody_elses_work_with_it(
    course: DemoCourse, folder: Path, tmp_path: Path
) -> None:
    course.settings(cell=60.0)
    flag, runs = tmp_path / "flag", tmp_path / "runs"
    (course.folder / "test_demo.py").write_text(DEADLY.format(flag=str(flag)))
    until_it_died = f"import os\nopen({str(runs)!r}, 'a').write('.')\n"
    until_it_died += f"while not os.path.exists({str(tmp_path / 'again')!r}):\n    pass"
    write_notebook(folder / "a.ipynb", [until_it_died, "deadly = 'no'"])
    write_notebook(folder / "b.ipynb", ["deadly = 'first'"])
    write_notebook(folder / "c.ipynb", [f"open({str(tmp_path / 'again')!r}, 'w').close()", "deadly = 'no'"])
    assignment = Course(root=course.root).assignment("01_demo")
    assert scores(assignment, find(folder), jobs=2) == {"a": 2, "b": 2, "c": 2}
    assert flag.exists()
    assert runs.read_text() == "."


@posix
def test_a_batch_of_nothing_but_deaths_ends(
    course: DemoCourse, assignment: Assignment, folder: Path, tmp_path: Path
) -> None:
    (course.folder / "test_demo.py").write_text(DEADLY.format(flag=str(tmp_path / "flag")))
    write_notebook(folder / "a.ipynb", ["deadly = 'always'"])
    ((_, attempt),) = grade_many(assignment, find(folder))
    assert attempt.result.score is None
    assert attempt.result.inconclusive


STUCK = """
import os, signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
with open({pid!r} + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename({pid!r} + ".new", {pid!r})
while True:
    pass
"""


@posix
def test_closing_ends_workers_and_notebooks_in_their_middle(
    course: DemoCourse, folder: Path, tmp_path: Path
) -> None:
    """A notebook that ignores signals and would never end is gone once the batch is closed."""
    course.settings(cell=60.0)
    pid = tmp_path / "pid"
    until_stuck = f"import os\nwhile not os.path.exists({str(pid)!r}):\n    pass"
    write_notebook(folder / "a.ipynb", [until_stuck, *SOLVED])
    write_notebook(folder / "b.ipynb", [STUCK.format(pid=str(pid))])
    attempts = grade_many(Course(root=course.root).assignment("01_demo"), find(folder), jobs=2)
    first, _ = next(attempts)
    stuck = psutil.Process(int(pid.read_text()))
    attempts.close()
    assert first.name == "a"
    assert psutil.wait_procs([stuck], timeout=10)[1] == []


@posix
def test_jobs_are_bounded_by_the_work(assignment: Assignment, folder: Path) -> None:
    write_notebook(folder / "a.ipynb", SOLVED)
    attempts = grade_many(assignment, find(folder), jobs=50)
    next(attempts)
    workers = multiprocessing.active_children()
    attempts.close()
    assert len(workers) == 1
    assert signal.SIGKILL not in [-(worker.exitcode or 0) for worker in workers]
