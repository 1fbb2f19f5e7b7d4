from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import autograder
from autograder.errors import UsageError
from autograder.isolation import fence
from autograder.isolation.visible import visible

PROGRAM = "import json; from autograder.isolation.visible import visible; print(json.dumps(visible().paths))"


def covers(paths, place: Path) -> bool:
    return any(place.is_relative_to(path) for path in paths)


def test_an_environment_inside_the_course_shows_nothing_else_of_it(tmp_path):
    course = tmp_path / "course"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", course / ".venv"], check=True)
    for name in ("tests", "reference", "assignments", ".git"):
        (course / name).mkdir()
    root = Path(autograder.__file__).parents[1]
    site = next((course / ".venv/lib").glob("python*/site-packages"))
    # as an editable installation does; the course is where the program is started, too
    (site / "editable.pth").write_text(f"{course}\n{root}\n")
    python = course / ".venv/bin/python"
    libraries = next(Path(path) for path in sys.path if (Path(path) / "numpy").is_dir())
    (site / "libraries.pth").write_text(f"{libraries}\n")
    shown = subprocess.run([python, "-c", PROGRAM], cwd=course, capture_output=True, text=True, check=True)
    paths = json.loads(shown.stdout)
    assert covers(paths, site / "numpy")
    assert covers(paths, root / "autograder" / "student" / "kernel.py")
    assert not covers(paths, root / "tests")
    assert {Path(path).relative_to(course).parts[0] for path in paths if covers([course], Path(path))} == {
        ".venv"
    }


def test_what_must_be_hidden_is_never_shown(tmp_path):
    course = Path(json.__file__).parent / "course"
    with pytest.raises(UsageError, match="move the course"):
        visible(hidden=[course])
    inside = tmp_path / "data"
    inside.mkdir()
    with pytest.raises(UsageError, match="must not see"):
        visible(also=[tmp_path], hidden=[inside / "labels"])
    assert covers(visible(also=[tmp_path], hidden=[tmp_path.parent / "other"]).paths, tmp_path)


def test_the_interpreter_and_its_libraries_are_among_it():
    paths = visible().paths
    for module in ("numpy", "torch", "json", "IPython"):
        assert covers(paths, Path(find_spec(module).origin).resolve())
    assert covers(paths, Path(sys.executable).resolve())
    assert "/" not in paths
    assert not covers(paths, Path.home() / ".ssh")
    assert not covers(paths, Path.cwd() / "tests")


def test_links_lead_to_what_is_shown(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "data").touch()
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    shown = visible(also=[tmp_path / "two" / "data"])
    assert str(tmp_path / "real" / "data") in shown.paths
    assert {(str(tmp_path / "one"), "real"), (str(tmp_path / "two"), str(tmp_path / "one"))} <= set(
        shown.links
    )


def test_a_fence_survives_json():
    for made in (fence.NONE, fence.restricted(), fence.contained(), fence.metered(["/a", "/b"])):
        assert fence.Fence.from_json(json.loads(json.dumps(made.to_json()))) == made
