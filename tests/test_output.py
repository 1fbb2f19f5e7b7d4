"""What the two commands print stands in logs that terminals and continuous integrations obey."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata

import pytest

from tests.demo import SOLVED, DemoCourse, write_notebook
from tests.test_cli import autograder

FORGERY = (
    r"\n::error file=x::forged\n  ::set-output name=grade::100\n##[error]forged ##vso[x]y"
    r"\r\x1b[2J\x1b]0;title\x07 \u202egnp " + "word " * 12 + "::warning::forged ::warning::forged"
)
DOUBLE = f"""def double(x):
    print('{FORGERY}')
    raise type('{FORGERY}', (ValueError,), {{}})('{FORGERY}')"""
LAST = f"""import os
def last(): # {FORGERY} ::error::x
    os.write(1, b'\\n::error::forged\\n')
    return ['{FORGERY}']
raise ValueError('{FORGERY}')"""
CELLS = [DOUBLE, SOLVED[1], f"def finish(): return '{FORGERY}'", LAST]


def assert_harmless(output: str) -> None:
    for line in output.split("\n"):
        assert not line.lstrip().startswith("::"), line
        assert not re.search(r"##\w*\[", line), line
    assert not [c for c in output if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]


def test_a_notebook_cannot_give_commands_through_what_pytest_prints(course: DemoCourse) -> None:
    course.hand_in(CELLS)
    report = course.root / "report.xml"
    summary = course.root / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "CI": "1", "GITHUB_STEP_SUMMARY": str(summary)}
    graded = course.run("assignments/", "-rA", "-v", f"--junitxml={report}", env=env)
    assert graded.verdicts == {"1.1": "error", "1.2": "skipped", "1.3": "fail", "1.10": "fail"}
    assert "forged" in graded.output
    commands = [line for line in graded.output.split("\n") if line.startswith("::")]
    assert len(commands) == 3, "one for each question that was judged and did not pass"
    for command in commands:
        assert re.match(
            r"::error file=assignments/01_demo/demo\.ipynb,title=1\.\d+ (fail|error)%3A [^:,]+::", command
        )
    assert_harmless("\n".join(line for line in graded.output.split("\n") if line not in commands))
    assert_harmless("\n".join(line.removeprefix("::") for line in commands))
    assert_harmless(report.read_text(encoding="utf-8"))
    assert "<b>Score: 0 / 7</b>" in summary.read_text(encoding="utf-8")
    assert_harmless(summary.read_text(encoding="utf-8"))


def test_grading_a_folder_is_no_step_that_github_shows(course: DemoCourse) -> None:
    folder = course.root / "handed-in"
    folder.mkdir()
    write_notebook(folder / "ada.ipynb", CELLS)
    summary = course.root / "summary.md"
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", folder, "--assignment", "01_demo", "--out", "out"],
        cwd=course.root,
        env={**os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not summary.exists()
    assert_harmless(done.stdout + done.stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the file names of a POSIX system")
def test_a_submission_cannot_give_commands_through_what_autograder_prints(course: DemoCourse) -> None:
    folder = course.root / "handed-in"
    folder.mkdir()
    forged = ["::error::forged", "##[error]forged", "a\n::error::b", "\x1b[2J", "\u202egnp", "-rf", "=1+1"]
    for name in forged:
        write_notebook(folder / f"{name}.ipynb", CELLS)
    (folder / os.fsdecode(b"\xff::error::.ipynb")).write_text("::error::")
    done = autograder("grade", folder, "--assignment", "01_demo", "--out", "out", cwd=course.root)
    assert done.returncode == 0, done.stderr
    assert_harmless(done.stdout + done.stderr)
    out = course.root / "out"
    assert len(list((out / "results").iterdir())) == len(forged) + 1
    assert all(re.fullmatch(r"\w[\w ,.()-]*\.json", path.name) for path in (out / "results").iterdir())
    shown = autograder("show", "out", "::error::forged", cwd=course.root)
    assert "1.1" in shown.stdout
    assert_harmless(shown.stdout)
    unknown = autograder("show", "out", "::x\n::error::y ##[error]z", cwd=course.root)
    assert unknown.returncode == 2
    assert_harmless(unknown.stderr)
    no_text = autograder("show", "out", os.fsdecode(b"\xff"), cwd=course.root)
    assert no_text.returncode == 2, no_text.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("command", ["release --all --check", "show out solved", "show out solved --history"])
def test_who_reads_only_the_beginning_is_no_fault(course: DemoCourse, command: str) -> None:
    """As ``| head`` does; here nobody reads at all."""
    (course.root / "handed-in").mkdir()
    write_notebook(course.root / "handed-in" / "solved.ipynb", SOLVED)
    program = [sys.executable, "-m", "autograder.cli"]
    grade = ["grade", "handed-in", "--assignment", "01_demo", "--out", "out"]
    subprocess.run([*program, *grade], cwd=course.root, check=True, capture_output=True)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*program, *command.split()], cwd=course.root, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 1)  # 1: the notebook of this course was not made by 'release'
