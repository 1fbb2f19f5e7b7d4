"""A small course in a temporary folder, graded by a real pytest in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

PUBLIC = '''
from autograder import question

@question("1.1", points=2, hint="Think of addition.")
def test_double(student):
    """double(x) is twice x"""
    assert student.double(3) == 6

@question("1.2", points=3, needs="1.1")
def test_quadruple(student):
    """quadruple(x) is four times x"""
    assert student.quadruple(3) == 12

@question("1.3", points=1)
def test_finish(student):
    """finish() comes back"""
    assert student.finish() == "done"

@question("1.10", points=1)
def test_last(student):
    """last() is 10"""
    assert student.last() == 10
'''

HIDDEN = '''
from autograder import question

@question("1.1", points=2)
def test_double_of_a_negative_number(student):
    """double(x) is twice x, also below 0"""
    assert student.double(-3) == -6
'''

SOLUTION = """# %%
def double(x):
    return 2 * x

# %%
def quadruple(x):
    return double(double(x))

# %%
def finish():
    return "done"

# %%
def last():
    return 10
"""

SKELETON = [
    f"def {name}:\n    raise NotImplementedError"
    for name in ("double(x)", "quadruple(x)", "finish()", "last()")
]
SOLVED = [cell.strip() for cell in SOLUTION.split("# %%\n") if cell.strip()]


def write_notebook(path: Path, cells: list[str]) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, path)
    return path


@dataclass
class Graded:
    status: int
    output: str
    grade: dict[str, Any] | None

    @property
    def assignment(self) -> dict[str, Any]:
        assert self.grade is not None, self.output
        (assignment,) = self.grade["assignments"]
        return assignment

    @property
    def verdicts(self) -> dict[str, str]:
        return {question["id"]: question["verdict"] for question in self.assignment["questions"]}

    def question(self, id: str) -> dict[str, Any]:
        return next(q for q in self.assignment["questions"] if q["id"] == id)


class DemoCourse:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "assignments" / "01_demo"
        self.reference = root / "reference" / "01_demo"
        self.folder.mkdir(parents=True)
        self.reference.mkdir(parents=True)
        (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = []\n")
        self.settings()
        (self.folder / "test_demo.py").write_text(PUBLIC)
        (self.reference / "test_hidden.py").write_text(HIDDEN)
        (self.reference / "demo.py").write_text(SOLUTION)
        self.hand_in(SKELETON)

    def settings(self, **limits: float | str) -> None:
        lines = ['title = "Demo"', 'notebook = "demo.ipynb"', "[limits]"]
        lines += [f"{name} = {value!r}" for name, value in ({"cell": 5.0, "call": 5.0} | limits).items()]
        (self.folder / "assignment.toml").write_text("\n".join(lines))

    def hand_in(self, cells: list[str]) -> Path:
        return write_notebook(self.folder / "demo.ipynb", cells)

    def run(self, *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Graded:
        """``pytest ARGUMENTS --grade-json`` as a user types it."""
        out = self.root / "grade.json"
        out.unlink(missing_ok=True)
        arguments = arguments or ("assignments/",)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, "--grade-json", str(out)],
            cwd=cwd or self.root,
            env={**os.environ, "COLUMNS": "80", **(env or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        grade = json.loads(out.read_text()) if out.exists() else None
        return Graded(done.returncode, done.stdout + done.stderr, grade)
