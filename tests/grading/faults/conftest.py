from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.faults.room import Room, Stored


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Four submissions, nothing graded yet."""
    return Room(tmp_path / "room")


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """What a batch over the four stores if nothing goes wrong."""
    room = Room(tmp_path_factory.mktemp("undisturbed"))
    done = room.grade()
    room.is_tidy()
    return room.stored(done.returncode)
