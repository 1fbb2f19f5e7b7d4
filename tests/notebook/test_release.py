"""Release: what students get is the reference without its solutions, and the same bytes every time."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.errors import UsageError
from autograder.notebook.release import is_current, release, released_text, without_solutions

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = Course(root=ROOT).assignments()

REFERENCE = '''\
# ---
# jupyter:
#   kernelspec:
#     display_name: secret
#     language: python
#     name: secret
# ---

# %% [markdown]
# # Title

# %% tags=["secret-tag"]
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    secret = 2
    return secret * x
    ### END SOLUTION


print(double(2))
'''


def cells(reference: str) -> list[dict]:
    return json.loads(released_text(reference))["cells"]


def test_a_solution_becomes_the_placeholder_with_its_indentation() -> None:
    markdown, code = cells(REFERENCE)
    assert "".join(markdown["source"]) == "# Title"
    assert "".join(code["source"]) == (
        'def double(x):\n    """Twice x."""\n    raise NotImplementedError\n\n\nprint(double(2))'
    )


def test_two_solutions_of_one_cell_become_two_placeholders() -> None:
    text = "a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc\n  ### BEGIN SOLUTION\n  d\n  ### END SOLUTION\n"
    assert without_solutions(text) == "a\nraise NotImplementedError\nc\n  raise NotImplementedError\n"


def test_nothing_but_source_is_released() -> None:
    """Outputs, tags and the author's kernel stay with the author."""
    notebook = json.loads(released_text(REFERENCE))
    assert "secret" not in json.dumps(notebook)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    assert notebook["cells"][1]["outputs"] == []
    assert notebook["cells"][1]["execution_count"] is None


def test_the_same_reference_gives_the_same_bytes() -> None:
    assert released_text(REFERENCE) == released_text(REFERENCE)


def test_a_new_cell_leaves_the_ids_of_the_others() -> None:
    before = {cell["id"] for cell in cells(REFERENCE)}
    after = {
        cell["id"] for cell in cells(REFERENCE.replace("# %% [markdown]", "# %%\nnew = 1\n\n# %% [markdown]"))
    }
    assert len(before) == 2
    assert before < after


def test_equal_cells_get_different_ids() -> None:
    ids = [cell["id"] for cell in cells("# %%\nx = 1\n\n# %%\nx = 1\n")]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("### END SOLUTION\n", "line 1: a solution ends that never began"),
        ("x\n### BEGIN SOLUTION\n", "line 2: the solution does not end"),
        (
            "### BEGIN SOLUTION\n### BEGIN SOLUTION\n",
            "line 2: a solution begins inside the one of line 1",
        ),
        ("### BEGIN SOLUTION\n# %%\n### END SOLUTION\n", "line 1: the solution does not end within its cell"),
        ("x = 1  ### BEGIN SOLUTION\n", "line 1: a marker is exactly"),
        ("# BEGIN SOLUTION\n", "line 1: a marker is exactly"),
        ("### BEGIN SOLUTION\n### end solution\n", "line 2: a marker is exactly"),
    ],
)
def test_a_wrong_marker_is_named_with_its_line(reference: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        released_text(reference)


def test_an_assignment_without_reference_cannot_be_released(tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "01_x"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('notebook = "x.ipynb"')
    with pytest.raises(UsageError, match="cannot release 01_x without its reference"):
        release(Course(root=tmp_path).assignment("01_x"))


def test_a_wrong_marker_is_named_with_its_file(tmp_path: Path) -> None:
    for name in ("assignments", "reference"):
        (tmp_path / name / "01_x").mkdir(parents=True)
    (tmp_path / "assignments/01_x/assignment.toml").write_text('notebook = "x.ipynb"')
    (tmp_path / "reference/01_x/x.py").write_text("# %%\n### END SOLUTION\n")
    with pytest.raises(UsageError, match=r"^x\.py: line 2: "):
        release(Course(root=tmp_path).assignment("01_x"))


def test_a_committed_notebook_that_differs_is_seen(tmp_path: Path) -> None:
    for name in ("assignments", "reference"):
        (tmp_path / name / "01_x").mkdir(parents=True)
    (tmp_path / "assignments/01_x/assignment.toml").write_text('notebook = "x.ipynb"')
    (tmp_path / "reference/01_x/x.py").write_text(REFERENCE)
    assignment = Course(root=tmp_path).assignment("01_x")
    assert not is_current(assignment)
    assignment.notebook_path.write_bytes(release(assignment).encode())
    assert is_current(assignment)
    (tmp_path / "reference/01_x/x.py").write_text(REFERENCE.replace("Title", "New title"))
    assert not is_current(assignment)


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda assignment: assignment.name)
class TestCommittedNotebooks:
    def test_it_is_the_release_of_the_reference(self, assignment) -> None:
        assert is_current(assignment), f"run: autograder release {assignment.name}"

    def test_its_code_compiles_and_asks_for_something(self, assignment) -> None:
        notebook = nbformat.reads(assignment.notebook_path.read_text(encoding="utf-8"), as_version=4)
        sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        for source in sources:
            ast.parse(source)
        assert any("raise NotImplementedError" in source for source in sources)

    def test_no_solution_is_left_in_it(self, assignment) -> None:
        """No statement that stands in a solution, and nowhere else in the reference, is in the notebook."""
        inside: set[str] = set()
        outside: set[str] = set()
        lines = outside
        for line in assignment.reference_source.read_text(encoding="utf-8").splitlines():
            if "BEGIN SOLUTION" in line:
                lines = inside
            elif "END SOLUTION" in line:
                lines = outside
            else:
                lines.add(line.strip())
        secret = {line for line in inside - outside if len(line) > 3}
        assert secret
        notebook = json.loads(assignment.notebook_path.read_text(encoding="utf-8"))
        lines_shown = ("".join(cell["source"]).splitlines() for cell in notebook["cells"])
        assert not secret & {line.strip() for shown in lines_shown for line in shown}
