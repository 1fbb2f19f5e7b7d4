"""``autograder doctor``, and how ``autograder grade`` is locked, as an instructor types them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from autograder.doctor.probe import CAPABILITIES, REQUIRED
from tests.demo import SOLVED, DemoCourse, write_notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is locked elsewhere")

OLD_KERNEL = (sys.executable, str(Path(__file__).with_name("old_kernel.py")))


def autograder(
    *arguments: object, cwd: Path, launcher: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*launcher, sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


THIEF = """
import shutil
for place in {places!r}:
    try:
        shutil.copy({secret!r}, place)
    except OSError:
        pass
    else:
        stolen = True
assert "stolen" not in globals()
"""


def isolations(out: Path) -> set[str]:
    grades = [json.loads(path.read_text()) for path in (out / "results").iterdir()]
    return {assignment["isolation"] for grade in grades for assignment in grade["assignments"]}


@pytest.fixture
def folder(course: DemoCourse) -> Path:
    path = course.root / "submissions"
    path.mkdir()
    write_notebook(path / "solved.ipynb", SOLVED)
    return path


def test_a_batch_is_locked_and_says_how(course: DemoCourse, folder: Path) -> None:
    loot = [str(course.root / "loot"), "loot"]
    source = THIEF.format(places=loot, secret=str(course.reference / "test_hidden.py"))
    write_notebook(folder / "thief.ipynb", [source, *SOLVED])
    done = autograder("grade", folder, "--assignment", "01_demo", "--hidden", "--out", "out", cwd=course.root)
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith("isolation: ")
    (isolation,) = isolations(course.root / "out")
    assert isolation in ("restricted", "contained", "metered")
    assert first.startswith(f"isolation: {isolation};")
    assert f"isolation: {isolation}" in (course.root / "out" / "index.html").read_text()
    assert not (course.root / "loot").exists()
    for name in ("solved", "thief"):  # the copy failed in every place, or a question would have
        grade = json.loads((course.root / "out" / "results" / f"{name}.json").read_text())
        assert grade["assignments"][0]["score"] == 9


def test_hidden_tests_do_not_go_without_isolation_by_accident(course: DemoCourse, folder: Path) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--out", "out", "--isolation", "none")
    refused = autograder(*command, "--hidden", cwd=course.root)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert "--allow-unsandboxed-grading" in refused.stderr
    assert not (course.root / "out").exists()
    public = autograder(*command, cwd=course.root)
    assert public.returncode == 0
    assert public.stdout.startswith("isolation: none; a notebook can read, change and send what you can\n")
    insisted = autograder(*command, "--hidden", "--allow-unsandboxed-grading", cwd=course.root)
    assert insisted.returncode == 0
    assert insisted.stdout.startswith("isolation: none; ")
    assert isolations(course.root / "out") == {"none"}
    assert "isolation: none" in (course.root / "out" / "index.html").read_text()


def test_where_nothing_can_be_locked_hidden_tests_are_refused_with_the_remedy(
    course: DemoCourse, folder: Path
) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--out", "out")
    refused = autograder(*command, "--hidden", cwd=course.root, launcher=OLD_KERNEL)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "nothing here keeps a notebook from reading them" in refused.stderr
    assert any(way in refused.stderr for way in ("docker run", "sudo"))
    named = autograder(*command, "--isolation", "contained", cwd=course.root, launcher=OLD_KERNEL)
    assert named.returncode == 2
    assert "Operation not permitted" in named.stderr
    public = autograder(*command, cwd=course.root, launcher=OLD_KERNEL)
    assert public.returncode == 0, public.stderr
    assert public.stdout.startswith("isolation: none; ")
    insisted = autograder(
        *command, "--hidden", "--allow-unsandboxed-grading", cwd=course.root, launcher=OLD_KERNEL
    )
    assert insisted.returncode == 0, insisted.stderr
    assert isolations(course.root / "out") == {"none"}


def validated(text: str) -> dict[str, object]:
    schema = (resources.files("autograder.reports") / "doctor.schema.json").read_text(encoding="utf-8")
    data = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(schema)).validate(data)
    return data


def test_doctor_as_json_follows_its_schema(course: DemoCourse) -> None:
    done = autograder("doctor", "--json", cwd=course.root)
    assert done.returncode == 0, done.stderr
    data = validated(done.stdout)
    assert data["hidden_tests"] is True
    assert data["required"] == list(REQUIRED)
    old = autograder("doctor", "--json", cwd=course.root, launcher=OLD_KERNEL)
    assert old.returncode == 1, old.stderr
    data = validated(old.stdout)
    assert (data["auto"], data["hidden_tests"]) == ("none", False)
    assert data["remedy"]
    available = {found["strategy"]: found["available"] for found in data["strategies"]}
    assert available == {"none": True, "restricted": False, "contained": False, "metered": False}


def test_doctor_for_people_fits_80_columns_and_says_what_to_do(course: DemoCourse) -> None:
    done = autograder("doctor", "--course", course.root, cwd=course.root, launcher=OLD_KERNEL)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    for capability in CAPABILITIES:
        assert any(line.startswith(capability) and "–" in line for line in lines)
    assert any("restricted cannot be used:" in line and "Landlock" in done.stdout for line in lines)
    assert any(line.startswith("  got through: read files of the grader") for line in lines)
    assert any("cannot be graded with hidden tests" in line for line in lines)
    assert any(line.startswith("    ") and ("docker run" in line or "sudo" in line) for line in lines[-1:])
    prose = [line for line in lines[:-1] if "/" not in line]  # commands and paths stay whole
    assert max(map(len, prose)) <= 80


def test_a_replay_is_held_to_the_same(course: DemoCourse, folder: Path) -> None:
    command = ("grade", folder, "--assignment", "01_demo", "--out", "out", "--isolation", "none", "--hidden")
    autograder(*command, "--allow-unsandboxed-grading", cwd=course.root)
    refused = autograder("replay", "out", "1", cwd=course.root)
    assert refused.returncode == 2
    assert "isolation none, which lets a notebook read them" in refused.stderr
    again = autograder("replay", "out", "1", "--allow-unsandboxed-grading", cwd=course.root)
    assert again.returncode == 0, again.stdout + again.stderr
