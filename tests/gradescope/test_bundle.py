"""The zip for Gradescope, laid out as Gradescope does it, grades there as ``autograder grade`` does here."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata, resources
from pathlib import Path

import jsonschema
import pytest

from autograder.course import Course
from autograder.errors import UsageError
from autograder.gradescope.bundle import bundle
from autograder.gradescope.wheel import pins, wheel
from tests.demo import SKELETON, SOLVED, DemoCourse, write_notebook
from tests.test_cli import autograder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's images are Linux")

RESULTS = json.loads((resources.files("autograder.reports") / "gradescope.schema.json").read_text("utf-8"))
SECRET = "-3"
"""Stands in the hidden test of the demo course and nowhere else."""


def names(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


def demo(course: DemoCourse) -> bytes:
    return bundle(Course(root=course.root).assignment("01_demo"), hidden=True)


def test_the_wheel_is_one_that_installers_take() -> None:
    name, data = wheel()
    assert (name, data) == wheel(), "the same package gives the same bytes"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    (about,) = {file.partition("/")[0] for file in files if ".dist-info/" in file}
    record = {row[0]: row[1:] for row in csv.reader(io.StringIO(files[f"{about}/RECORD"].decode()))}
    assert set(record) == set(files)
    for file, content in files.items():
        if not file.endswith("RECORD"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert record[file] == [f"sha256={digest}", str(len(content))]
    assert {"autograder/cli.py", "autograder/explanations.toml", "autograder/gradescope/setup.sh"} <= set(
        files
    )
    assert not [file for file in files if "__pycache__" in file]


def test_the_versions_are_those_of_here() -> None:
    found = dict(line.split("==") for line in pins().splitlines())
    assert found["numpy"] == metadata.version("numpy")
    assert found["torch"] == metadata.version("torch").partition("+")[0]
    assert {"hypothesis", "jinja2", "matplotlib", "scipy", "pytest"} <= set(found)
    assert "ruff" not in found, "a tool of ours, which grading doesn't need"
    assert "autograder" not in found


def test_hidden_tests_and_reference_are_packed_on_demand_only(course: DemoCourse) -> None:
    (course.reference / "wrong").mkdir()
    (course.reference / "wrong" / "sign.py").write_text("")
    (course.folder / ".ipynb_checkpoints").mkdir()
    (course.folder / ".ipynb_checkpoints" / "demo.ipynb").write_text("{}")
    assignment = Course(root=course.root).assignment("01_demo")
    public, hidden = bundle(assignment, hidden=False), bundle(assignment, hidden=True)
    assert bundle(assignment, hidden=True) == hidden
    inside = {name for name in names(public) if name.startswith("course/")}
    assert inside == {
        "course/pyproject.toml",
        *(f"course/assignments/01_demo/{name}" for name in ("assignment.toml", "demo.ipynb", "test_demo.py")),
    }
    assert names(hidden) - names(public) == {
        "course/reference/01_demo/demo.py",
        "course/reference/01_demo/test_hidden.py",
    }
    with zipfile.ZipFile(io.BytesIO(hidden)) as archive:
        assert "VISIBILITY=after_published" in archive.read("settings.sh").decode()
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
    with zipfile.ZipFile(io.BytesIO(public)) as archive:
        assert "VISIBILITY=visible" in archive.read("settings.sh").decode()


def test_hidden_tests_that_are_not_there_are_not_left_out_in_silence(course: DemoCourse) -> None:
    (course.reference / "test_hidden.py").unlink()
    with pytest.raises(UsageError, match="no hidden tests"):
        demo(course)


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_bash(script: str) -> None:
    path = resources.files("autograder.gradescope") / script
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Gradescope's /autograder, after setup.sh; packages come from here instead of an index."""
    folder = tmp_path_factory.mktemp("image")
    course = DemoCourse(folder / "course")
    shutil.copytree(course.folder, course.folder.with_name("02_other"))
    with (course.root / "pyproject.toml").open("a") as settings:
        settings.write("[tool.autograder]\nweights = {01_demo = 1, 02_other = 2}\n")
    done = autograder(
        *("export", "--format", "gradescope-zip", "--assignment", "01_demo", "--hidden"),
        *("--out", folder / "autograder.zip"),
        cwd=course.root,
    )
    assert done.returncode == 0, done.stderr
    root = folder / "autograder"
    with zipfile.ZipFile(folder / "autograder.zip") as archive:
        archive.extractall(root / "source")
    for name in ("submission", "results"):
        (root / name).mkdir()
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    env = environment(root) | {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "AUTOGRADER_PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", str(root / "source" / "setup.sh")], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (installed,) = (root / "venv").glob("lib/python*/site-packages")
    assert (installed / "autograder" / "cli.py").is_file(), "the wheel was installed"
    (installed / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return root


def environment(root: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST_"))}
    return {**kept, "AUTOGRADER_ROOT": str(root)}


def run(
    root: Path, cells: list[str] | None, *, keep: bool = False
) -> tuple[subprocess.CompletedProcess[str], dict[str, object] | None]:
    for old in () if keep else (root / "submission").iterdir():
        old.unlink()
    (root / "submission" / "notes.txt").write_text("=1+1")
    if cells is not None:
        write_notebook(root / "submission" / "my work.ipynb", cells)
    done = subprocess.run(
        ["bash", str(root / "run_autograder")],
        cwd=root.parent, env=environment(root), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    file = root / "results" / "results.json"
    if not file.exists():
        return done, None
    text = file.read_text(encoding="utf-8")
    assert SECRET not in text, "no student sees the input of a hidden test"
    data = json.loads(text)
    jsonschema.Draft202012Validator(RESULTS).validate(data)
    return done, data


def scores(data: dict[str, object] | None) -> dict[str, tuple[float, float]]:
    assert data is not None
    return {t["number"]: (t["score"], t["max_score"]) for t in data["tests"]}  # type: ignore[attr-defined]


@pytest.mark.slow
def test_submissions_are_graded_there_as_here(image: Path) -> None:
    wrong = ["def double(x):\n    return x + abs(x)", *SOLVED[1:]]
    for cells, expected in (
        (SOLVED, {"1.1": (4.0, 4.0), "1.2": (3.0, 3.0), "1.3": (1.0, 1.0), "1.10": (1.0, 1.0)}),
        (SKELETON, {"1.1": (0.0, 4.0), "1.2": (0.0, 3.0), "1.3": (0.0, 1.0), "1.10": (0.0, 1.0)}),
        (wrong, {"1.1": (2.0, 4.0), "1.2": (0.0, 3.0), "1.3": (1.0, 1.0), "1.10": (1.0, 1.0)}),
    ):
        done, data = run(image, cells)
        assert done.returncode == 0, done.stdout + done.stderr
        assert scores(data) == expected
        assert data is not None
        assert data["score"] == sum(score for score, _ in expected.values())
        assert data["visibility"] == "after_published"
        assert "do not count" not in done.stdout, "the rules of the course are there, too"
    assert "A hidden test of this question did not pass." in json.dumps(data)


@pytest.mark.slow
def test_no_notebook_is_no_points_and_says_so(image: Path) -> None:
    done, data = run(image, None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert data is not None
    assert data["score"] == 0
    assert data["output"] == "No notebook was handed in: the file that ends in .ipynb is what is graded."
    write_notebook(image / "submission" / "other.ipynb", SOLVED)
    done, data = run(image, SOLVED, keep=True)
    assert (done.returncode, data) == (3, None), "which of two counts is for a person to say"
    assert "2 notebooks" in done.stdout


@pytest.mark.slow
def test_a_fault_of_the_grader_gives_no_grade(image: Path) -> None:
    hidden = image / "source" / "course" / "reference" / "01_demo" / "test_hidden.py"
    kept = hidden.read_text()
    try:
        hidden.write_text(
            f"{kept}\n\n@question('1.2', points=1)\ndef test_broken(student):\n    undefined_name\n"
        )
        done, data = run(image, SOLVED)
    finally:
        hidden.write_text(kept)
    assert data is None
    assert done.returncode == 3
    assert "A person has to look" in done.stdout
