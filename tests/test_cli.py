"""The command as a user types it: real processes, real files, exit codes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import nbformat
import psutil
import pytest

from tests.demo import SKELETON, SOLVED, DemoCourse, write_notebook

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and links")


def autograder(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def grade_of(path: Path) -> dict[str, object]:
    """The one assignment of a grade JSON that follows the schema."""
    from importlib import resources

    schema = json.loads(
        (resources.files("autograder.reports") / "grade.schema.json").read_text(encoding="utf-8")
    )
    data = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    (assignment,) = data["assignments"]
    return assignment


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("autograder: ")
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


@pytest.fixture
def folder(course: DemoCourse) -> Path:
    """Three submissions: solved, untouched, and no notebook at all."""
    path = course.root / "submissions"
    path.mkdir()
    write_notebook(path / "solved.ipynb", SOLVED)
    write_notebook(path / "untouched.ipynb", SKELETON)
    (path / "rubbish.ipynb").write_text("{")
    return path


def test_a_folder_becomes_results_a_gradebook_and_a_page(course: DemoCourse, folder: Path) -> None:
    done = autograder("grade", folder, "--assignment", "01_demo", "--hidden", "--out", "out", cwd=course.root)
    assert done.returncode == 0, done.stderr
    out = course.root / "out"
    results = {path.stem: grade_of(path) for path in (out / "results").iterdir()}
    assert {name: (grade["score"], grade["max_score"]) for name, grade in results.items()} == {
        "solved": (9, 9),
        "untouched": (0, 9),
        "rubbish": (0, 9),
    }
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in results)
    rows = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert len(rows) == 3
    assert any("solved" in row and "9 / 9" in row and "4 pass" in row for row in rows)
    assert any("rubbish" in row and "not valid JSON" in row for row in rows)
    for file in ("results", "gradebook.db", "index.html"):
        assert str(Path("out") / file) in done.stdout
    database = sqlite3.connect(out / "gradebook.db")
    stored = database.execute(
        "SELECT submission, hidden, length(submission_sha256), tests_sha256, versions FROM attempts"
    )
    attempts = {name: rest for name, *rest in stored}
    database.close()
    assert set(attempts) == set(results)
    hidden, digest, tests, versions = attempts["solved"]
    assert (hidden, digest, len(tests)) == (1, 64, 64)
    assert {"python", "torch", "numpy"} <= set(json.loads(versions))


def test_json_lines_say_all_and_stand_alone_on_standard_output(course: DemoCourse, folder: Path) -> None:
    write_notebook(folder / "##[error]loud.ipynb", ["import os\nos.write(1, b'noise')\nprint('noise')"])
    command = ("grade", folder, "--assignment", "01_demo", "--isolation", "none", "--out", "out", "--json")
    done = autograder(*command, cwd=course.root)
    assert done.returncode == 0, done.stderr
    begin, *rows, end = map(json.loads, done.stdout.splitlines())
    assert begin == {
        "event": "begin",
        "version": 1,
        "assignment": "01_demo",
        "total": 4,
        "isolation": "none",
        "hidden": False,
    }
    assert "##[" not in done.stdout
    found = {row["submission"]: row for row in rows}
    assert len(rows) == len(found) == 4
    assert "##[error]loud" in found
    solved = found["solved"]
    assert solved.pop("seconds") > 0
    assert solved == {
        "event": "submission",
        "submission": "solved",
        "score": 7.0,
        "max_score": 7.0,
        "verdicts": {"pass": 4},
        "inconclusive": False,
        "trouble": "",
        "known": False,
        "counts": True,
    }
    assert "not valid JSON" in found["rubbish"]["trouble"]
    total = sum(end.pop("verdicts").values())
    assert total == sum(sum(row["verdicts"].values()) for row in rows) == 16
    assert end == {
        "event": "end",
        "finished": True,
        "submissions": 4,
        "known": 0,
        "not_judged": [],
        "moves": [],
    }
    assert str(Path("out") / "gradebook.db") in done.stderr
    again = [json.loads(line) for line in autograder(*command, cwd=course.root).stdout.splitlines()]
    assert [row["known"] for row in again if row["event"] == "submission"] == [True] * 4


def test_json_of_a_regrade_tells_what_would_move(course: DemoCourse, folder: Path) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--isolation", "none", "--out", "out", "--json")
    assert autograder(*command, cwd=course.root).returncode == 0
    tests = course.folder / "test_demo.py"
    tests.write_text(tests.read_text().replace("== 10", "== 11"))
    done = autograder(*command, "--regrade", cwd=course.root)
    *_, end = map(json.loads, done.stdout.splitlines())
    assert end["moves"] == [
        {
            "submission": "solved",
            "before": 7.0,
            "after": 6.0,
            "questions": [{"question": "1.10", "before": "pass", "after": "fail"}],
        }
    ]
    rows = [json.loads(line) for line in done.stdout.splitlines()][1:-1]
    assert [row["counts"] for row in rows] == [False] * 3


def test_json_of_a_usage_error_is_nothing(course: DemoCourse, folder: Path) -> None:
    done = autograder("grade", folder, "--assignment", "99", "--out", "out", "--json", cwd=course.root)
    assert_one_sentence(done, "cannot find an assignment of that name")


def attempts(out: Path) -> int:
    database = sqlite3.connect(out / "gradebook.db")
    (count,) = database.execute("SELECT count(*) FROM attempts").fetchone()
    database.close()
    return int(count)


def test_what_was_graded_is_graded_again_only_when_something_has_changed(
    course: DemoCourse, folder: Path
) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--out", "out")
    out = course.root / "out"

    def grade(*options: str) -> str:
        done = autograder(*command, *options, cwd=course.root)
        assert done.returncode == 0, done.stderr
        return done.stdout

    grade("--jobs", "1")
    first = {path.name: path.read_bytes() for path in (out / "results").iterdir()}
    page = (out / "index.html").read_bytes()
    for path in (*(out / "results").iterdir(), out / "index.html"):
        path.unlink()
    assert "3 submissions graded, 3 of them before" in grade("--jobs", "2")
    assert {path.name: path.read_bytes() for path in (out / "results").iterdir()} == first
    assert (out / "index.html").read_bytes() == page
    assert attempts(out) == 3
    write_notebook(folder / "untouched.ipynb", SOLVED[:2])
    assert "3 submissions graded, 2 of them before" in grade()
    tests = course.root / "assignments" / "01_demo" / "test_demo.py"
    tests.write_text(tests.read_text() + "\n")
    assert "3 submissions graded\n" in grade()
    assert attempts(out) == 7


def test_a_regrade_shows_what_would_move_and_moves_it_when_it_is_taken(
    course: DemoCourse, folder: Path
) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--out", "out")
    results = course.root / "out" / "results"
    autograder(*command, cwd=course.root)
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    tests = course.root / "assignments" / "01_demo" / "test_demo.py"
    tests.write_text(tests.read_text().replace("points=2", "points=5"))

    done = autograder(*command, "--regrade", cwd=course.root)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 grades would move" in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("  solved "))
    assert line.split()[1:4] == ["7", "→", "10"]
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before
    shown = autograder("show", "out", "solved", cwd=course.root).stdout
    one = ("grade", folder / "solved.ipynb", *command[2:])
    assert "1 of 1 grades would move" in autograder(*one, "--regrade", cwd=course.root).stdout

    done = autograder(*command, "--take", cwd=course.root)
    assert "taken: 3 outcomes" in done.stdout
    assert "3 of them before" in done.stdout
    assert grade_of(results / "solved.json")["score"] == 10
    assert autograder("show", "out", "solved", cwd=course.root).stdout != shown
    assert_one_sentence(
        autograder(*command, "--take", "--regrade", cwd=course.root), "--regrade first", "--take"
    )


EDITS = """
from pathlib import Path

def pytest_collection_finish(session):
    tests = Path(__file__).with_name("test_demo.py")
    tests.write_text(tests.read_text().replace("points=2", "points=5"))
"""


def test_no_grade_is_kept_under_the_name_of_other_tests(course: DemoCourse, folder: Path) -> None:
    """They are changed while the batch runs."""
    command = ("grade", folder, "--assignment", "01_demo", "--jobs", "1", "--out", "out")
    (course.root / "assignments" / "01_demo" / "conftest.py").write_text(EDITS)
    done = autograder(*command, cwd=course.root)
    assert done.returncode == 2
    assert "were changed while the batch ran" in done.stderr
    assert not [*(course.root / "out" / "results").iterdir()]
    done = autograder(*command, cwd=course.root)
    assert done.returncode == 0, done.stderr
    assert grade_of(course.root / "out" / "results" / "solved.json")["score"] == 10


@posix
def test_what_is_no_file_is_a_row_and_no_secret_gets_out(course: DemoCourse, folder: Path) -> None:
    secret = write_notebook(course.root / "secret.ipynb", SOLVED)
    (folder / "link.ipynb").symlink_to(secret)
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    (folder / "line\nbreak \x1b[31m.ipynb").write_text("")
    done = autograder("grade", folder, "--assignment", "01_demo", "--out", "out", cwd=course.root)
    assert len([line for line in done.stdout.splitlines() if line.startswith("[")]) == 7
    assert "\x1b" not in done.stdout
    assert len(list((course.root / "out" / "results").iterdir())) == 7
    assert grade_of(course.root / "out" / "results" / "link.json")["score"] == 0


def test_what_cannot_be_judged_is_no_zero_and_has_its_own_exit_code(course: DemoCourse, folder: Path) -> None:
    (course.folder / "test_demo.py").write_text("import no_such_module\n")
    done = autograder("grade", folder, "--assignment", "01_demo", "--out", "out", cwd=course.root)
    assert done.returncode == 3
    assert {grade_of(path)["score"] for path in (course.root / "out" / "results").iterdir()} == {None}
    assert "A person has to look at 3 of them" in done.stdout


def test_usage_errors_are_one_sentence(course: DemoCourse, folder: Path, tmp_path: Path) -> None:
    root = course.root
    grade = ("grade", folder, "--assignment", "01_demo")
    assert_one_sentence(autograder(*grade, "--out", "o", cwd=tmp_path), "no course", "--course")
    assert_one_sentence(
        autograder("grade", folder, "--assignment", "nope", "--out", "o", cwd=root), "01_demo", "nope"
    )
    assert_one_sentence(
        autograder("grade", "nowhere", "--assignment", "01_demo", "--out", "o", cwd=root), "nowhere"
    )
    (root / "file").touch()
    assert_one_sentence(autograder(*grade, "--out", "file", cwd=root), "cannot write results")
    (root / "bad").mkdir()
    (root / "bad" / "gradebook.db").write_text("my notes")
    assert_one_sentence(autograder(*grade, "--out", "bad", cwd=root), "not a gradebook")
    assert (root / "bad" / "gradebook.db").read_text() == "my notes"
    (course.reference / "test_hidden.py").unlink()
    assert_one_sentence(autograder(*grade, "--hidden", "--out", "o", cwd=root), "no reference")


@pytest.mark.parametrize(
    "arguments", [["grade"], ["grade", "x", "--assignment", "a", "--out", "o", "--jobs", "0"], [], ["dance"]]
)
def test_a_wrong_command_line_is_explained(tmp_path: Path, arguments: list[str]) -> None:
    done = autograder(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_course_can_be_elsewhere(course: DemoCourse, folder: Path, tmp_path: Path) -> None:
    solved = folder / "solved.ipynb"
    command = ("grade", solved, "--assignment", "01_demo", "--out", tmp_path / "o", "--course", course.root)
    assert autograder(*command, cwd=tmp_path).returncode == 0
    assert grade_of(tmp_path / "o" / "results" / "solved.json")["score"] == 7


# Says its process id to whoever opens the pipe, and never ends.
ENDLESS = """
import os
with open({pipe!r}, "w") as file:
    file.write(str(os.getpid()))
while True:
    pass
"""


@pytest.fixture
def endless(course: DemoCourse, folder: Path) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """A batch in the middle of a notebook that never ends, and the process of that notebook."""
    course.settings(cell=60.0)
    pipe = course.root / "pipe"
    os.mkfifo(pipe)
    (folder / "rubbish.ipynb").unlink()
    write_notebook(folder / "zz_endless.ipynb", [ENDLESS.format(pipe=str(pipe))])
    command = [sys.executable, "-m", "autograder.cli", "grade", str(folder), "--assignment", "01_demo"]
    with subprocess.Popen(
        [*command, "--out", "out", "--jobs", "1", "--isolation", "none"],  # the pipe is outside
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as batch:
        notebook = psutil.Process(int(pipe.read_text()))
        yield batch, notebook
        batch.kill()
    if notebook.is_running():
        notebook.kill()


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_batch_keeps_what_is_done(
    name: str, course: DemoCourse, endless: tuple[subprocess.Popen[str], psutil.Process]
) -> None:
    batch, notebook = endless
    batch.send_signal(getattr(signal, name))
    output, errors = batch.communicate(timeout=60)
    assert batch.returncode == 130
    assert not notebook.is_running()
    assert len([line for line in output.splitlines() if line.startswith("[")]) == 2
    assert "gradebook.db" in output
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert {path.stem for path in (course.root / "out" / "results").iterdir()} == {"solved", "untouched"}
    assert "zz_endless" not in (course.root / "out" / "index.html").read_text()


@posix
def test_a_killed_batch_leaves_nothing_running(
    endless: tuple[subprocess.Popen[str], psutil.Process],
) -> None:
    batch, notebook = endless
    workers = psutil.Process(batch.pid).children(recursive=True)
    assert notebook in workers
    batch.kill()
    assert psutil.wait_procs(workers, timeout=30)[1] == []


def test_show_draws_the_last_grade(course: DemoCourse, folder: Path) -> None:
    autograder("grade", folder, "--assignment", "01_demo", "--out", "out", cwd=course.root)
    done = autograder("show", "out/gradebook.db", "solved", cwd=course.root)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "01_demo · solved"
    assert "Score: 7 / 7 (4 pass)" in done.stdout
    assert "\x1b" not in done.stdout
    assert autograder("show", "out", "solved.ipynb", cwd=course.root).stdout == done.stdout
    untouched = autograder("show", "out", "untouched", cwd=course.root).stdout
    assert "next: 1.1" in untouched
    assert len(untouched.splitlines()) < 24
    assert_one_sentence(autograder("show", "out", "nobody", cwd=course.root), "rubbish, solved, untouched")
    assert_one_sentence(autograder("show", "elsewhere.db", "solved", cwd=course.root), "no such gradebook")


def test_an_attempt_can_be_repeated_when_what_was_handed_in_is_gone(course: DemoCourse, folder: Path) -> None:
    autograder("grade", folder, "--assignment", "01_demo", "--out", "out", cwd=course.root)
    for path in folder.iterdir():
        path.unlink()
    listed = autograder("show", "out", "solved", "--history", cwd=course.root).stdout
    (line,) = listed.splitlines()
    number = line.split()[0]
    assert "01_demo  7 / 7  " in line

    done = autograder("replay", "out", number, cwd=course.root)
    assert (done.returncode, done.stdout) == (0, "The grade is the same, to the byte.\n"), done.stderr
    tests = course.root / "assignments" / "01_demo" / "test_demo.py"
    tests.write_text(tests.read_text().replace("points=2", "points=5"))
    done = autograder("replay", "out", number, cwd=course.root)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "The tests or the settings of the assignment are not the same."
    assert "7 → 10" in done.stdout
    assert_one_sentence(autograder("replay", "out", "99", cwd=course.root), "no attempt", "99")
    for path in (course.root / "out" / "submissions").rglob("*.ipynb"):
        path.unlink()
    assert_one_sentence(autograder("replay", "out", number, cwd=course.root), "not there any more")


def test_release_writes_the_student_notebook_and_check_tells_if_it_differs(course: DemoCourse) -> None:
    source = "# %%\ndef double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
    (course.reference / "demo.py").write_text(source)
    check = autograder("release", "--all", "--check", cwd=course.root)
    assert check.returncode == 1
    assert "autograder release 01_demo" in check.stdout
    assert autograder("release", "01_demo", cwd=course.root).returncode == 0
    notebook = nbformat.read(course.folder / "demo.ipynb", as_version=4)
    assert [cell.source for cell in notebook.cells] == ["def double(x):\n    raise NotImplementedError"]
    assert autograder("release", "--all", "--check", cwd=course.root).returncode == 0


def test_release_says_what_it_needs(course: DemoCourse) -> None:
    assert_one_sentence(autograder("release", cwd=course.root), "--all")
    assert_one_sentence(autograder("release", "01_demo", "--all", cwd=course.root), "--all")
    (course.reference / "demo.py").unlink()
    assert_one_sentence(autograder("release", "01_demo", cwd=course.root), "reference")


def test_the_version_is_told_without_loading_torch(tmp_path: Path) -> None:
    script = """
import sys
from autograder.cli import main
try:
    main(["--version"])
finally:
    assert not {"torch", "numpy", "pytest"} & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("autograder ")
