"""Batches in jobs of a real SLURM, some of which are ended on the way."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cluster.dask_cluster import until
from tests.cluster.slurm_cluster import Slurm
from tests.cluster.waiting import Waiting
from tests.grading.faults.room import CLASS, Room

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SLURM needs Linux")

FULL = 7.0


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm]:
    with Slurm() as cluster:
        yield cluster


@pytest.fixture
def room(tmp_path: Path, slurm: Slurm, monkeypatch: pytest.MonkeyPatch) -> Room:
    made = Room(tmp_path / "room")
    made.course.settings(cell=60.0)
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    return made


def options(slurm: Slurm, *others: str) -> Sequence[str]:
    return ["--cluster", "slurm", "--shared", str(slurm.shared), *others]


def test_jobs_and_nodes_that_go_cost_nobody_anything(room: Room, slurm: Slurm) -> None:
    """One job is cancelled and the node of the other taken down; both are at work on a submission."""
    waiting = [Waiting(room.root / name) for name in ("first", "second")]
    for number, each in enumerate(waiting):
        room.hand_in(f"a{number}", each.cells)  # the first to be handed out
    with room.at_work(*options(slurm), jobs=2) as batch:
        for each in waiting:
            each.process()
        assert {path.stat().st_mode & 0o077 for path in slurm.shared.rglob("*.pem")} == {0}
        first, second = slurm.jobs()
        slurm("scancel", first)
        for each in waiting:
            each.go()
        node = slurm("squeue", "--noheader", "--format=%N", f"--jobs={second}").strip()
        slurm("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
        output, errors = batch.communicate(timeout=300)
    assert batch.returncode == 0, output + errors
    assert room.grades() == {"ann": FULL, "bob": 5.0, "cem": 2.0, "dot": 0.0, "a0": FULL, "a1": FULL}
    until(slurm.idle)
    assert [*slurm.shared.iterdir()] == []
    until(slurm.whole)  # the node comes back by itself


def test_a_killed_driver_takes_its_jobs_with_it_and_goes_on(room: Room, slurm: Slurm) -> None:
    waiting = Waiting(room.root)
    room.hand_in("waits", waiting.cells)
    with room.at_work(*options(slurm), jobs=2) as batch:
        waiting.process()
        until(lambda: any((room.out / "results").glob("[a-z]*.json")))
        batch.send_signal(signal.SIGKILL)
        batch.communicate()
    before = room.attempts()
    assert before
    until(slurm.idle)
    waiting.go()
    done = room.grade(*options(slurm), jobs=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [attempt for attempt in room.attempts() if attempt in before] == before
    assert [*slurm.shared.iterdir()] == []  # also of the one that was killed
    assert len(room.grades()) == len(CLASS) + 1


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (["--sbatch=--partition=nowhere"], "SLURM refuses the jobs: sbatch: error: invalid partition"),
        (["--gpus", "1"], "SLURM refuses the jobs"),
    ],
)
def test_what_slurm_cannot_do_is_said_at_once(
    room: Room, slurm: Slurm, others: list[str], words: str
) -> None:
    done = room.grade(*options(slurm, *others))
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert slurm.idle()


def test_jobs_that_cannot_begin_are_not_waited_for(room: Room, slurm: Slurm) -> None:
    done = room.grade(*options(slurm, "--sbatch=--export=PYTHONHOME=/nowhere"))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the jobs of SLURM end before they can grade" in done.stderr
    assert "encodings" in done.stderr  # what Python said there
    until(slurm.idle)
