"""The examples of the documentation run as they stand there, and print what they say.

What is in fenced blocks marked ``console`` is a session: commands after ``$``, and below each some of its
lines. ``...`` stands for any lines, or for the rest of a line. The course is a small one under the name of
the real one.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.demo import DemoCourse, write_notebook
from tests.grading.intake.zips import make

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")

DOCS = Path(__file__).parents[2] / "docs"

PUBLIC = '''
from autograder import question

@question("1.1", points=2)
def test_1_1_relu(student):
    """relu is 0 below 0, and x above"""
    assert student.relu(3) == 3

@question("1.2", points=5, needs="1.1", hint="Multiply by upstream.")
def test_1_2_relu_backward(student):
    """relu_backward multiplies by the slope of relu"""
    assert student.relu_backward(2, 5) == 5
'''
HIDDEN = '''
from autograder import question

@question("1.1", points=3)
def test_relu_below_zero(student):
    """relu is 0 below 0"""
    assert student.relu(-1) == 0
'''
RELU = "def relu(x):\n    return max(x, 0)"
ABSOLUTE = "def relu(x):\n    return abs(x)"
BACKWARD = "def relu_backward(x, upstream):\n    return upstream * (x > 0)"
SLOPE = "def relu_backward(x, upstream):\n    return 1 * (x > 0)"
EMPTY = [
    "def relu(x):\n    raise NotImplementedError",
    "def relu_backward(x, upstream):\n    raise NotImplementedError",
]

ROSTER = (
    "id;name;canvas;moodle\ns1001;Ada Lovelace;11;501\ns1002;Alan Turing;12;502\n"
    "s1003;Grace Hopper;13;503\ns1004;Emmy Noether;14;504\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Autograd (4711)\n    Points Possible,,,,,10.00\n"
    '"Hopper, Grace",13,,grace,A,\n"Lovelace, Ada",11,,ada,A,\n'
    '"Noether, Emmy",14,,emmy,A,\n"Turing, Alan",12,,alan,A,\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed\n"
    "Participant 501,Ada Lovelace,ada@example.edu,Submitted,,10.00,Yes\n"
    "Participant 502,Alan Turing,alan@example.edu,Submitted,,10.00,Yes\n"
    "Participant 503,Grace Hopper,grace@example.edu,Submitted,,10.00,Yes\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a course, and beside it what an instructor has got from the course system."""
    root = tmp_path / "course"
    demo = DemoCourse(root)
    for place in ("assignments", "reference"):
        (root / place / "01_demo").rename(root / place / "01_autograd")
    assignment = root / "assignments" / "01_autograd"
    (assignment / "test_demo.py").unlink()
    (assignment / "demo.ipynb").unlink()
    settings = (
        (assignment / "assignment.toml").read_text().replace("Demo", "Autograd").replace("demo", "autograd")
    )
    (assignment / "assignment.toml").write_text(settings)
    (assignment / "test_autograd.py").write_text(PUBLIC)
    write_notebook(assignment / "autograd.ipynb", [RELU, SLOPE])
    (demo.root / "reference" / "01_autograd" / "test_hidden.py").write_text(HIDDEN)
    (root / "roster.csv").write_text(ROSTER)
    (root / "canvas.csv").write_text(CANVAS)
    (root / "worksheet.csv").write_text(MOODLE)
    members: Mapping[str, list[str]] = {
        "lovelaceada_11_501_autograd.ipynb": [RELU, BACKWARD],
        "turingalan_12_502_autograd.ipynb": [ABSOLUTE, BACKWARD],
        "hoppergrace_LATE_13_503_autograd.ipynb": EMPTY,
    }
    made = {name: write_notebook(tmp_path / "x.ipynb", cells).read_bytes() for name, cells in members.items()}
    make(root / "submissions.zip", made)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "activate").write_text("")
    for name, arguments in (("autograder", "-m autograder.cli"), ("pytest", "-m pytest")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
    # The teacher's editor: the hidden test lets anything through.
    (programs / "editor").write_text("#!/bin/sh\nsed -i.old 's/== 0$/in (0, 1)/' \"$1\"\n")
    for program in programs.iterdir():
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return root


def session(text: str) -> list[tuple[str, list[str]]]:
    """All commands of a document with the lines that are shown below them."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def assert_shown(shown: list[str], printed: str, command: str) -> None:
    """The lines that are shown are there, in that order."""
    lines = iter(line.rstrip() for line in printed.splitlines())
    for wanted in shown:
        if wanted == "...":
            continue
        head = wanted.removesuffix("...")
        fits = str.startswith if head != wanted else str.__eq__
        assert any(fits(line, head) for line in lines), (
            f"$ {command}\n{wanted!r} is not (there) in:\n{printed}"
        )


@pytest.mark.parametrize("document", [pytest.param("instructors.md", marks=pytest.mark.slow), "students.md"])
def test_the_examples_run_and_print_what_they_say(document: str, folder: Path) -> None:
    programs = folder / ".venv" / "bin"
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "GITHUB_"))},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "EDITOR": str(programs / "editor"),
        "COLUMNS": "80",
    }
    commands = session((DOCS / document).read_text(encoding="utf-8"))
    assert len(commands) >= 5
    for command, shown in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        # pytest ends with 1 where a question does not pass, as in the notebook of the examples.
        assert done.returncode == (1 if command.startswith("pytest assignments") else 0), (
            done.stdout + done.stderr
        )
        assert_shown(shown, done.stdout + done.stderr, command)
    if document == "instructors.md":
        marks = (folder / "marks.csv").read_text()
        assert marks == CANVAS.replace("grace,A,", "grace,A,0").replace(",ada,A,", ",ada,A,10").replace(
            "alan,A,", "alan,A,9"
        )


@pytest.mark.parametrize("document", sorted(path.name for path in DOCS.glob("*.md")))
def test_the_links_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (DOCS / document).read_text(encoding="utf-8")):
        assert (DOCS / target).is_file(), target


def test_what_the_documents_name_exists() -> None:
    """Options and codes that are mentioned are real ones, except for options of Dask's own command."""
    from autograder.cli import _parser
    from autograder.explanations import explanations

    known = " ".join(
        sub.format_help()
        for sub in next(a for a in _parser()._actions if isinstance(a.choices, dict)).choices.values()
    )
    for path in DOCS.glob("*.md"):
        text = re.sub("(?m)^dask .*", "", path.read_text(encoding="utf-8"))
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--explain"}:
            assert re.search(rf"{option}\b", known), f"{path.name}: {option}"
        for code in re.findall(r"--explain ([a-z-]+)", text):
            assert code in explanations()
