"""The driver is killed at any moment: the same command goes on, and in the end nobody can tell."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.grading.faults.room import Room, Stored

SEED = int(os.environ.get("FAULT_SEED", "5"))


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How often a batch over the four stores something; see ``inside/sitecustomize.py``."""
    room = Room(tmp_path_factory.mktemp("moments"))
    report = room.root / "count"
    assert room.grade(inside={"FAULT_COUNT": str(report)}).returncode == 0
    return int(report.read_text())


def spread(number: int, length: int) -> list[int]:
    """So many of the moments from 1 to ``length``, one at random from each part of equal size."""
    chance = random.Random(SEED)
    return [1 + int((part + chance.random()) * length / number) for part in range(number)]


def killed_at(room: Room, moment: int) -> None:
    done = room.grade(inside={"FAULT_KILL_AT": str(moment)})
    assert done.returncode == -signal.SIGKILL, (moment, done.stdout, done.stderr)


def believable(room: Room, expected: Stored) -> None:
    """What was stored so far is part of what there will be."""
    _, attempts, files = expected
    if (room.out / "gradebook.db").exists() and (room.out / "gradebook.db").stat().st_size:
        assert all(attempt in attempts for attempt in room.attempts())
    half = {name for name, content in room.files().items() if files.get(name) != content}
    assert {
        name for name in half if not Path(name).name.startswith(".tmp-") and name != "index.html"
    } == set()


def test_a_driver_that_is_killed_while_it_stores_goes_on(
    room: Room, undisturbed: Stored, moments: int
) -> None:
    for moment in spread(2, moments // 2):
        print(f"killed at moment {moment} of {moments}, seed {SEED}")
        killed_at(room, moment)
        believable(room, undisturbed)
    room.resumed(undisturbed)


@pytest.mark.slow
def test_a_driver_that_is_killed_at_twenty_moments_goes_on(
    tmp_path: Path, undisturbed: Stored, moments: int
) -> None:
    """Ten while it stores something, ten at any time."""
    for position, moment in enumerate(spread(10, moments)):
        print(f"killed at moment {moment} of {moments}, seed {SEED}")
        room = Room(tmp_path / str(position))
        killed_at(room, moment)
        believable(room, undisturbed)
        room.resumed(undisturbed)
    room = Room(tmp_path / "timed")
    started = time.monotonic()
    room.grade()
    duration = time.monotonic() - started
    for position, part in enumerate(spread(10, 1000)):
        print(f"killed after {part / 1000} of {duration:.1f} seconds, seed {SEED}")
        room = Room(tmp_path / f"timed-{position}")
        with room.start() as batch:
            try:
                batch.wait(duration * part / 1000)
            except subprocess.TimeoutExpired:
                batch.kill()
            batch.communicate()
        believable(room, undisturbed)
        room.resumed(undisturbed)
