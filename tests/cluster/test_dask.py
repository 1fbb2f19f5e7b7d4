"""Batches on a real Dask cluster, whose workers are killed, hang, or would grade by something else."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.cluster.dask_cluster import Dask, certificates, until
from tests.cluster.waiting import Waiting
from tests.doctor import old_kernel
from tests.grading.faults.room import CLASS, Room
from tests.grading.test_many import DEADLY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills by signals, looks into /proc")

FULL = 7.0


@pytest.fixture
def room(tmp_path: Path) -> Room:
    (tmp_path / "room").mkdir()
    made = Room(tmp_path / "room")
    made.course.settings(cell=60.0)
    return made


@pytest.fixture
def waiting(room: Room) -> Waiting:
    """Handed in besides the others."""
    made = Waiting(room.root)
    room.hand_in("waits", made.cells)
    return made


def options(dask: Dask, *others: str) -> list[str]:
    return ["--cluster", dask.address, *dask.tls, "--patience", "20", *others]


def test_each_gets_what_it_gets_here_to_the_byte(room: Room, dask: Dask, tmp_path: Path) -> None:
    """Also what is no notebook: such a thing cannot be sent, but it can be told."""
    (room.handed_in / "rubbish.ipynb").write_bytes(b"\x00\xff" * 100)
    (room.handed_in / "link.ipynb").symlink_to("ann.ipynb")
    (room.handed_in / "folder.ipynb").mkdir()
    os.mkfifo(room.handed_in / "pipe.ipynb")
    with (room.handed_in / "huge.ipynb").open("wb") as file:
        file.truncate(2**25 + 1)
    here = room.grade("--hidden", "--allow-unsandboxed-grading", jobs=2)
    assert here.returncode == 0, here.stderr
    expected = room.files()
    assert len(expected) == 3 * 9 + 5 + 1  # five were files, and are kept
    room.out = tmp_path / "there"
    there = room.grade("--hidden", "--allow-unsandboxed-grading", *options(dask), jobs=2)
    assert there.returncode == 0, there.stderr
    assert room.files() == expected


@pytest.mark.parametrize("which", [0, 1])
def test_a_worker_that_is_killed_costs_nobody_anything(
    room: Room, dask: Dask, waiting: Waiting, which: int
) -> None:
    """Our worker, or the one of Dask above it."""
    with room.at_work(*options(dask), jobs=2) as batch:
        waiting.workers()[which].kill()
        waiting.go()
        output, errors = batch.communicate(timeout=300)
    assert batch.returncode == 0, output + errors
    assert room.grades() == {"ann": FULL, "bob": 5.0, "cem": 2.0, "dot": 0.0, "waits": FULL}
    room.out = room.root / "again"  # whoever comes next tidies up after those that could not
    assert room.grade(*options(dask), jobs=2).returncode == 0
    owners = {int(path.name.split("-")[3]) for path in dask.temporary.glob("autograder-*")}
    assert owners
    assert all(map(psutil.pid_exists, owners))


def test_a_worker_that_hangs_is_not_waited_for(room: Room, dask: Dask, waiting: Waiting) -> None:
    with room.at_work(*options(dask, "--patience", "8"), jobs=2) as batch:
        _, hung = waiting.workers()
        hung.suspend()
        try:
            waiting.go()
            output, errors = batch.communicate(timeout=300)
        finally:
            hung.resume()
    assert batch.returncode == 0, output + errors
    assert room.grades()["waits"] == FULL


def test_a_worker_on_which_nothing_works_is_given_no_more(room: Room, dask: Dask) -> None:
    """As with a full disk: it would fail faster than others work, and get through the whole class."""
    waiting = [Waiting(room.root / name) for name in ("first", "second")]
    for number, each in enumerate(waiting):
        room.hand_in(f"a{number}", each.cells)  # the first to be handed out
    with room.at_work(*options(dask), jobs=2) as batch:
        for each in waiting:
            each.process()
        _, broken = waiting[0].workers()
        before = resource.prlimit(broken.pid, resource.RLIMIT_FSIZE, (0, 0))
        try:
            waiting[0].go()
            assert batch.stderr is not None
            errors = [*iter_until(batch.stderr, "is refused: it fails: [Errno 27] File too large")]
            waiting[1].go()
            output, rest = batch.communicate(timeout=300)
        finally:
            broken.kill()  # its nanny starts another
    assert before[0] != 0
    assert batch.returncode == 0, output + "".join(errors) + rest
    assert room.grades() == {"ann": FULL, "bob": 5.0, "cem": 2.0, "dot": 0.0, "a0": FULL, "a1": FULL}


def iter_until(lines: Iterable[str], words: str) -> Iterator[str]:
    for line in lines:
        yield line
        if words in line:
            return
    raise AssertionError(words)


def test_what_kills_whoever_grades_it_is_for_a_person_to_look_at(room: Room, dask: Dask) -> None:
    (room.course.folder / "test_demo.py").write_text(DEADLY.format(flag=str(room.root / "flag")))
    for path in room.handed_in.iterdir():
        path.unlink()
    for name, value in {"a": "no", "b": "always", "c": "wrong", "d": "always", "e": "no"}.items():
        room.hand_in(name, [f"deadly = {value!r}"])
    done = room.grade(*options(dask), jobs=2)
    assert done.returncode == 3, done.stdout + done.stderr
    assert room.grades() == {"a": 2.0, "b": None, "c": 0.0, "d": None, "e": 2.0}
    assert "The process that graded it died 3 times." in done.stdout


def test_ctrl_c_ends_what_runs_elsewhere(room: Room, dask: Dask, waiting: Waiting) -> None:
    with room.at_work(*options(dask), jobs=1) as batch:
        student = waiting.process()
        batch.send_signal(signal.SIGINT)
        _, errors = batch.communicate(timeout=60)
        assert batch.returncode == 130, errors
        psutil.wait_procs([student], timeout=20)
        assert not student.is_running()
    waiting.go()
    done = room.grade(*options(dask), jobs=1)
    assert done.returncode == 0, done.stderr
    assert len(room.grades()) == len(CLASS) + 1


def test_a_driver_that_was_killed_goes_on_where_it_was(room: Room, dask: Dask, waiting: Waiting) -> None:
    with room.at_work(*options(dask), jobs=2) as batch:
        waiting.process()
        until(lambda: len([*(room.out / "results").glob("[a-z]*.json")]) >= 2)
        batch.kill()
        batch.communicate()
    before = room.attempts()
    waiting.go()
    done = room.grade(*options(dask), jobs=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(before) >= 2
    assert [attempt for attempt in room.attempts() if attempt in before] == before
    assert len(room.grades()) == len(CLASS) + 1


def test_a_worker_that_would_grade_by_something_else_is_refused_by_its_name(
    room: Room, dask: Dask, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(room.course.root, other)
    with (other / "assignments" / "01_demo" / "test_demo.py").open("a") as file:
        file.write("# lenient\n")
    worker = dask.worker("stranger", "--gpus", "1", "--course", str(other))
    done = room.grade(*options(dask, "--gpus", "1"), jobs=1)
    assert done.returncode == 3
    assert "worker stranger on 127.0.0.1 is refused: its tests or settings" in done.stderr
    assert "no worker of the cluster may grade" in done.stderr
    assert "Traceback" not in done.stderr
    assert room.attempts() == []
    worker.terminate()
    worker.wait()
    shutil.copytree(room.course.folder, other / "assignments" / "01_demo", dirs_exist_ok=True)
    dask.worker("friend", "--gpus", "1", "--course", str(other))
    done = room.grade(*options(dask, "--gpus", "1"), jobs=1)
    assert done.returncode == 0, done.stderr
    assert len(room.grades()) == len(CLASS)


def test_a_resource_that_nobody_has_is_not_waited_for(room: Room, dask: Dask) -> None:
    done = room.grade(*options(dask, "--gpus", "7", "--patience", "3"), jobs=1)
    assert done.returncode == 3
    assert "no worker of the cluster has 7 graphics cards" in done.stderr
    assert room.attempts() == []


def test_isolation_is_proved_where_it_has_to_hold(room: Room, dask: Dask) -> None:
    """On a machine that cannot have it, while the driver's can."""
    old = dask.worker("old", "--gpus", "3", before=[sys.executable, str(old_kernel.__file__)])
    room.isolation = "restricted"
    try:
        until(lambda: "Registered to" in dask.log("old"))
        done = room.grade(*options(dask, "--gpus", "3"), jobs=1)
        assert done.returncode == 2, done.stdout
        assert "isolation restricted cannot be used" in done.stderr
        room.isolation = "auto"
        done = room.grade("--hidden", *options(dask, "--gpus", "3"), jobs=1)
        assert done.returncode == 2, done.stdout
        assert "hidden tests are not run" in done.stderr
    finally:
        old.terminate()
        old.wait()


def test_a_scheduler_that_dies_stops_the_batch_and_loses_nothing(room: Room, tmp_path: Path) -> None:
    waiting = Waiting(room.root)
    room.hand_in("waits", waiting.cells)
    with Dask(tmp_path / "first") as first:
        first.worker("w", "--slots", "2")
        with room.at_work(*options(first), jobs=2) as batch:
            waiting.process()
            until(lambda: any((room.out / "results").glob("[a-z]*.json")))
            first.scheduler.kill()
            output, errors = batch.communicate(timeout=300)
        assert batch.returncode == 3, output + errors
        assert "the connection to the cluster was lost" in errors
        assert "Traceback" not in errors
    waiting.go()
    with Dask(tmp_path / "second") as second:
        second.worker("w")
        done = room.grade(*options(second), jobs=2)
    assert done.returncode == 0, done.stderr
    assert len(room.grades()) == len(CLASS) + 1


def test_who_has_another_certificate_has_no_part_in_it(room: Room, tmp_path: Path) -> None:
    ours, theirs = certificates(tmp_path / "ours"), certificates(tmp_path / "theirs")
    with Dask(tmp_path / "dask", ours) as dask:
        assert dask.address.startswith("tls://")
        dask.worker("foreign", tls=theirs)
        quickly = ["--patience", "5"]
        for address, proof in (
            (dask.address, theirs),
            (dask.address, []),
            (dask.address.replace("tls://", "tcp://"), []),
        ):
            refused = room.grade("--cluster", address, *proof, *quickly)
            assert refused.returncode == 2, refused.stderr
            assert "Traceback" not in refused.stderr
        done = room.grade("--cluster", dask.address, *ours, *quickly)
        assert done.returncode == 3
        assert "has had no worker" in done.stderr
        dask.worker("ours")
        done = room.grade("--cluster", dask.address, *ours)
        assert done.returncode == 0, done.stderr
        assert len(room.grades()) == len(CLASS)


def test_a_worker_that_is_told_to_go_leaves_nothing_behind(
    room: Room, waiting: Waiting, tmp_path: Path
) -> None:
    with Dask(tmp_path / "dask") as dask:
        leaving = dask.worker("leaving")
        with room.at_work(*options(dask), jobs=1) as batch:
            student = waiting.process()
            family = psutil.Process(leaving.pid).children(recursive=True)
            leaving.send_signal(signal.SIGTERM)
            leaving.wait(60)
            assert psutil.wait_procs([student, *family], timeout=20)[1] == []
            waiting.go()
            dask.worker("coming")
            output, errors = batch.communicate(timeout=300)
        assert batch.returncode == 0, output + errors
        assert room.grades()["waits"] == FULL


def test_a_worker_of_dask_alone_is_told_how_to_become_one_of_ours(room: Room, tmp_path: Path) -> None:
    with Dask(tmp_path / "dask") as dask:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", dask.address, "--no-dashboard"]
        plain = subprocess.Popen(
            [*command, "--nthreads", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            done = room.grade(*options(dask), jobs=1)
        finally:
            plain.terminate()
            plain.wait()
    assert done.returncode == 3
    assert "it was not started by 'autograder worker'" in done.stderr
