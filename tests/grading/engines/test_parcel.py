"""What is handed in reads the same on another machine, whatever it is."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.course import Assignment, load_assignment
from autograder.grading.engines.parcel import pack, unpack
from autograder.notebook.read import MAX_BYTES, UnreadableNotebook, read_bytes
from autograder.notebook.weights import UnreadableWeights, weights_bytes, weights_of

if TYPE_CHECKING:
    from tests.demo import DemoCourse

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and pipes")


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, MAX_BYTES + 1)


THINGS: dict[str, Callable[[Path], object]] = {
    "file": lambda path: path.write_bytes(b"{}\x00\xff"),
    "empty": lambda path: path.touch(),
    "huge": huge,
    "folder": lambda path: path.mkdir(),
    "link": lambda path: path.symlink_to("/etc/hostname"),
    "pipe": lambda path: os.mkfifo(path),
    "nothing": lambda path: None,
}


@pytest.fixture
def assignment(course: DemoCourse) -> Assignment:
    return replace(load_assignment(course.folder), weights="weights.safetensors")


def as_read(notebook: Path, assignment: Assignment) -> list[bytes | str]:
    found: list[bytes | str] = []
    for read in (read_bytes, lambda path: weights_bytes(weights_of(path, assignment))):
        try:
            found.append(read(notebook))
        except (UnreadableNotebook, UnreadableWeights) as refusal:
            found.append(str(refusal))
    return found


@pytest.mark.parametrize("weights", THINGS)
@pytest.mark.parametrize("notebook", THINGS)
def test_it_is_read_or_refused_as_at_home(
    assignment: Assignment, tmp_path: Path, notebook: str, weights: str
) -> None:
    home, there = tmp_path / "home", tmp_path / "there"
    home.mkdir()
    there.mkdir()
    path = home / "näme of a student.ipynb"
    THINGS[notebook](path)
    THINGS[weights](path.with_suffix(".safetensors"))
    parcel = pickle.loads(pickle.dumps(pack(path, assignment)))
    assert as_read(unpack(parcel, there), assignment) == as_read(path, assignment)


def test_weights_under_the_name_of_the_assignment_come_along(assignment: Assignment, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    path = tmp_path / "alice.ipynb"
    path.write_text("{}")
    (tmp_path / "weights.safetensors").write_bytes(b"w")
    assert as_read(unpack(pack(path, assignment), there), assignment) == [b"{}", b"w"]


def test_weights_of_somebody_else_do_not(assignment: Assignment, tmp_path: Path) -> None:
    for name in ("alice.ipynb", "bob.ipynb", "bob.safetensors", "weights.safetensors"):
        (tmp_path / name).write_text(name)
    assert [file.name for file in pack(tmp_path / "alice.ipynb", assignment).files] == ["alice.ipynb"]


def test_weights_that_nobody_wants_stay_at_home(assignment: Assignment, tmp_path: Path) -> None:
    for name in ("alice.ipynb", "alice.safetensors"):
        (tmp_path / name).write_text(name)
    for other in (replace(assignment, weights=""), replace(assignment, retrain="make_weights")):
        assert [file.name for file in pack(tmp_path / "alice.ipynb", other).files] == ["alice.ipynb"]
