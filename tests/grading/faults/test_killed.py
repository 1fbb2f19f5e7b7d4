"""A worker, a warm process or a notebook is killed: nobody's grade changes, and nothing is left behind."""

from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path

import pytest

from tests.demo import SOLVED
from tests.grading.faults.room import CLASS, Meeting, Room

SEED = int(os.environ.get("FAULT_SEED", "5"))


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("student", "call"),
        pytest.param("student", "cell", marks=pytest.mark.slow),
        pytest.param("worker", "cell", marks=pytest.mark.slow),
        pytest.param("zygote", "call", marks=pytest.mark.slow),
    ],
)
def test_what_is_killed_in_the_middle_of_a_notebook_costs_nobody_a_point(
    tmp_path: Path, role: str, place: str
) -> None:
    room = Room(tmp_path / "room", {"bob": SOLVED[:2]})
    meeting = Meeting(room, place)
    with room.at_work() as batch:
        meeting.victim(role).kill()
        if role == "zygote":  # which the notebook does not need any more
            meeting.go_on()
        output, errors = batch.communicate(timeout=300)
    assert batch.returncode == 0, output + errors
    assert room.grades() == {"ada": 7, "bob": 5}
    room.is_tidy()


SELF = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("isolation", ["none", pytest.param("contained", marks=pytest.mark.slow)])
def test_a_notebook_that_kills_itself_is_charged_for_it(tmp_path: Path, isolation: str) -> None:
    room = Room(tmp_path / "room", {"ada": [SOLVED[0] + "\n" + SELF, SOLVED[2]]}, isolation=isolation)
    done = room.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    assert room.grades() == {"ada": 1}


@pytest.mark.slow
def test_killing_at_random_for_a_whole_batch_changes_no_grade(tmp_path: Path) -> None:
    """After each row something is killed, and again while the batch goes on.

    Where a fence tells who killed a notebook, whoever was killed too often is handed to a person.
    """
    submissions = {f"{name}{number}": cells for number in range(4) for name, cells in CLASS.items()}
    calm = Room(tmp_path / "calm", submissions, isolation="contained")
    expected = calm.stored(calm.grade(jobs=2).returncode)
    room = Room(tmp_path / "room", submissions, isolation="contained")
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    with room.at_work(jobs=2) as batch:
        assert batch.stdout is not None
        for line in batch.stdout:
            role = chance.choice(("worker", "zygote", "student", "student"))
            if line.startswith("[") and (victims := room.roles(role)):
                victim = chance.choice(victims)
                print(f"{line.split()[1]} is done; kills {role} {victim.pid}")
                victim.kill()
        batch.wait(timeout=60)
    scores = {row[1]: row[7] for row in expected[1]}
    assert {name for name, score in room.grades().items() if score not in (scores[name], None)} == set()
    assert batch.returncode in (0, 3)
    done = room.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    # Whoever could not be judged the first time has two attempts now, of which the second counts.
    last = {row[1]: row for row in room.attempts()}
    assert list(last.values()) == expected[1]
    files = room.files()
    assert {name: files[name] for name in expected[2]} == expected[2]
    room.is_tidy()


def test_after_driver_and_workers_were_killed_at_once_nothing_is_left(tmp_path: Path) -> None:
    """As a cluster does to a job: nobody is there to clean up, until the next batch."""
    archive = tmp_path / "handed-in.zip"
    room = Room(tmp_path / "room", {})
    gate = room.root / "gate"
    os.mkfifo(gate)
    room.hand_in("ada", [f"open({str(gate)!r}).read()"])
    with zipfile.ZipFile(archive, "w") as file:
        file.write(room.handed_in / "ada.ipynb", "ada.ipynb")
    room.handed_in = archive
    with room.at_work() as batch, gate.open("w"):
        for process in room.processes():
            process.kill()
        batch.communicate()
    assert [*room.temporary.iterdir()] != []
    gate.unlink()
    gate.touch()
    done = room.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(room.grades()) == {"ada"}
    room.is_tidy()
