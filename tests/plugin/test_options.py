"""Options, exit codes, and getting on with the rest of pytest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

from tests.demo import SKELETON, SOLVED, DemoCourse, write_notebook


def test_solutions_and_hidden_grade_the_reference_with_all_tests(course: DemoCourse) -> None:
    graded = course.run("assignments/", "--solutions", "--hidden")
    assert graded.status == 0, graded.output
    assert (graded.assignment["score"], graded.assignment["max_score"]) == (9, 9)
    assert graded.assignment["submission"] == "demo.py"


def test_hidden_tests_run_only_when_asked_for(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return 2 * abs(x)", *SOLVED[1:]])
    assert course.run().verdicts["1.1"] == "pass"
    assert course.run("assignments/01_demo", "--hidden").verdicts["1.1"] == "fail"


@pytest.mark.parametrize("option", ["--hidden", "--solutions"])
def test_without_a_reference_its_options_are_a_usage_error(course: DemoCourse, option: str) -> None:
    (course.reference / "demo.py").unlink()
    (course.reference / "test_hidden.py").unlink()
    graded = course.run("assignments/", option)
    assert graded.status == 4
    assert "there is no reference for 01_demo" in graded.output
    assert "Traceback" not in graded.output


def test_submission_grades_another_notebook(course: DemoCourse, tmp_path: Path) -> None:
    write_notebook(tmp_path / "alice.ipynb", SOLVED)
    graded = course.run("assignments/01_demo", "--submission", str(tmp_path / "alice.ipynb"))
    assert graded.status == 0
    assert graded.assignment["submission"] == "alice.ipynb"


def test_nothing_beside_a_submission_influences_the_grader(course: DemoCourse, tmp_path: Path) -> None:
    """Not a conftest, a configuration, or a module with the name of a library."""
    folder = tmp_path / "alice"
    folder.mkdir()
    write_notebook(folder / "demo.ipynb", ["def double(x):\n    return 1", *SKELETON[1:]])
    passing = (
        "import pytest\n@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
        "def pytest_runtest_makereport(item, call):\n    r = yield\n    r.outcome = 'passed'\n    return r\n"
    )
    marker = tmp_path / "was_imported"
    spy = f"open({str(marker)!r}, 'w').write('x')\n"
    (folder / "conftest.py").write_text(spy + passing)
    (folder / "evil.py").write_text(spy + passing)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p evil\n")
    for name in ("numpy", "sitecustomize", "usercustomize", "torch", "nbformat", "double"):
        (folder / f"{name}.py").write_text(spy)
    submission = str(folder / "demo.ipynb")
    for arguments in (
        ("assignments/01_demo", "--submission", submission),
        (f"--submission={submission}", "assignments/01_demo"),
    ):
        graded = course.run(*arguments)
        assert graded.verdicts["1.1"] == "fail"
        assert graded.status == 1
        assert not marker.exists()


def test_settings_beside_a_submission_are_not_used_in_any_order(course: DemoCourse, tmp_path: Path) -> None:
    folder = tmp_path / "alice"
    folder.mkdir()
    write_notebook(folder / "demo.ipynb", SOLVED)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -k last\n")
    graded = course.run("--submission", str(folder / "demo.ipynb"), "assignments/01_demo")
    assert len(graded.verdicts) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("assignments/", "--submission", "absent.ipynb"), "cannot find the submission"),
        (("assignments/", "--submission", "x.ipynb", "--solutions"), "together with"),
        (("tests_of_something_else/", "--hidden"), ""),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    course: DemoCourse, arguments: tuple[str, ...], words: str
) -> None:
    graded = course.run(*arguments)
    assert graded.status == 4
    assert words in graded.output
    assert "Traceback" not in graded.output


def test_submission_needs_one_assignment(course: DemoCourse, tmp_path: Path) -> None:
    other = course.root / "assignments" / "02_other"
    other.mkdir()
    (other / "assignment.toml").write_text('notebook = "other.ipynb"\n')
    write_notebook(tmp_path / "x.ipynb", SOLVED)
    graded = course.run("assignments/", "--submission", str(tmp_path / "x.ipynb"))
    assert graded.status == 4
    assert "one assignment" in graded.output


def test_a_selected_question_is_judged_without_those_it_needs(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", "def quadruple(x):\n    return 4 * x", *SOLVED[2:]])
    graded = course.run("assignments/", "-k", "quadruple")
    assert graded.verdicts == {"1.2": "pass"}
    assert graded.status == 0


def test_stop_at_the_first_failure(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", *SOLVED[1:]])
    graded = course.run("assignments/", "-x")
    assert graded.verdicts == {"1.1": "fail"}
    assert graded.status == 1


def test_last_failed_runs_what_did_not_pass(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], "def finish():\n    return 'no'", SOLVED[3]])
    assert course.run().verdicts["1.3"] == "fail"
    assert course.run("assignments/", "--lf").verdicts == {"1.3": "fail"}


@pytest.mark.parametrize(
    "mode", [["-n", "1"], ["-n", "2"], ["-n", "2", "--dist", "loadfile"], ["-n", "2", "--dist", "loadgroup"]]
)
def test_workers_change_nothing(course: DemoCourse, mode: list[str]) -> None:
    course.hand_in(["def double(x):\n    return 2 * abs(x)", *SOLVED[1:3], "def last():\n    return 11"])
    serial = course.run("assignments/", "--hidden")
    parallel = course.run("assignments/", "--hidden", *mode)
    assert serial.status == parallel.status == 1, parallel.output
    assert parallel.grade == serial.grade


def test_a_grade_is_the_same_bytes_twice_and_under_ci(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", *SOLVED[1:]])
    course.run()
    first = (course.root / "grade.json").read_bytes()
    course.run(env={"CI": "true", "PYTHONHASHSEED": "7"})
    assert (course.root / "grade.json").read_bytes() == first


def test_junit_names_the_failed_question(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", *SOLVED[1:]])
    course.run("assignments/", "--junitxml", "report.xml")
    suite = ElementTree.parse(course.root / "report.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("errors")) == (
        "4",
        "1",
        "1",
        "0",
    )
    assert "1.1" in ElementTree.tostring(suite, encoding="unicode")


def test_a_worker_that_dies_leaves_no_pass_behind(course: DemoCourse) -> None:
    """The grader's own death is loud: exit code 3, and what it did not judge is inconclusive."""
    course.hand_in(SOLVED)
    with (course.folder / "test_demo.py").open("a") as file:
        file.write(
            '\n\n@question("1.2", points=1)\n'
            'def test_boom(student):\n    """boom"""\n    import os\n    os._exit(9)\n'
        )
    graded = course.run("assignments/", "-n", "1", "--max-worker-restart", "0")
    assert graded.status == 3, graded.output
    assert graded.verdicts["1.1"] == "pass"
    assert graded.verdicts["1.2"] == "inconclusive"
    assert graded.assignment["score"] is None


def test_collecting_alone_grades_nothing(course: DemoCourse) -> None:
    graded = course.run("assignments/", "--collect-only", "-q")
    assert graded.status == 0
    assert graded.grade is None
    assert "never ran" not in graded.output


def test_ordinary_tests_are_left_alone(course: DemoCourse) -> None:
    course.hand_in(SOLVED)
    with (course.folder / "test_demo.py").open("a") as file:
        file.write("\n\ndef test_plain():\n    assert 1 + 1 == 3\n")
    graded = course.run()
    assert graded.status == 1
    assert "assert (1 + 1) == 3" in graded.output
    assert graded.assignment["score"] == 7


def test_a_course_may_listen_to_the_results(course: DemoCourse) -> None:
    course.hand_in(SOLVED)
    (course.root / "conftest.py").write_text(
        "def pytest_autograder_graded(results, cells):\n    print('heard', results[0].score)\n"
    )
    assert "heard 7" in course.run("assignments/", "-s").output


def test_help_loads_nothing_heavy(course: DemoCourse) -> None:
    code = (
        "import sys, pytest\n"
        "pytest.main(['--help', '-p', 'autograder.plugin'])\n"
        "heavy = {'numpy', 'torch', 'hypothesis', 'nbclient', 'nbformat', 'IPython'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy), file=sys.stderr)\n"
    )
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, env=env, check=True)
    assert "--grade-json" in done.stdout
    assert "heavy: []" in done.stderr


def test_nothing_is_left_in_the_folder(course: DemoCourse) -> None:
    course.hand_in(SOLVED)
    before = {path.relative_to(course.root) for path in course.root.rglob("*")}
    course.run("assignments/", "-p", "no:cacheprovider", env={"PYTHONDONTWRITEBYTECODE": "1"})
    after = {path.relative_to(course.root) for path in course.root.rglob("*")}
    assert after - before == {Path("grade.json")}


def test_the_json_holds_what_it_promises(course: DemoCourse) -> None:
    graded = course.run()
    assert graded.grade is not None
    assert graded.grade["version"] == 1
    assert set(graded.assignment) == {
        "assignment",
        "submission",
        "score",
        "max_score",
        "isolation",
        "questions",
    }
    assert set(graded.question("1.1")) == {
        *("id", "title", "points", "max_points", "verdict", "code", "message", "expected", "got", "example"),
        *("where", "hint", "evidence", "feedback"),
    }
    json.dumps(graded.grade, allow_nan=False)


def test_an_empty_name_is_no_submission(course: DemoCourse) -> None:
    """An unset variable in a script must not record the grade of the notebook in the folder."""
    for arguments in (("--submission", ""), ("--submission=",)):
        graded = course.run("assignments/01_demo", *arguments)
        assert graded.status == 4
        assert "its name is empty" in graded.output
        assert graded.grade is None


def test_grades_that_cannot_be_written_are_shown_all_the_same(course: DemoCourse, tmp_path: Path) -> None:
    course.hand_in(SOLVED)
    command = [sys.executable, "-m", "pytest", "assignments/", "--grade-json", str(tmp_path)]  # a folder
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Score: 7 / 7" in done.stdout
    assert "could not be written" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_sigterm_leaves_nothing_behind(course: DemoCourse, tmp_path: Path) -> None:
    """What ``timeout 60 pytest`` and CI systems send ends the notebook and its daemons, too."""
    flag = tmp_path / "daemon"
    course.settings(cell=60.0)
    cell = f"""
import os, subprocess
daemon = subprocess.Popen(["sleep", "1000"], start_new_session=True)
with open({str(flag)!r} + ".new", "w") as file:
    file.write(str(daemon.pid))
os.rename({str(flag)!r} + ".new", {str(flag)!r})
while True: pass
"""
    course.hand_in([cell])
    command = [sys.executable, "-m", "pytest", "assignments/"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=course.root, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        while not flag.exists():
            assert process.poll() is None
        daemon = psutil.Process(int(flag.read_text()))
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 2
    assert psutil.wait_procs([daemon], timeout=10)[1] == []
    assert list(tmp_path.glob("notebook-*")) == []
