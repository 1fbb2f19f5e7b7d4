"""The disk is full, or the gradebook cannot be used: one sentence, and nothing to be believed later."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading import file_system
from autograder.grading.database import PATIENCE_AT_START
from autograder.grading.gradebook import Gradebook
from tests.grading.faults.room import INSIDE, Room, Stored
from tests.grading.test_gradebook import entry

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


def sentence(done: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """What a command that failed says: one sentence."""
    assert done.returncode == code, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("autograder: ")
    for word in words:
        assert word in line
    return line


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    subprocess.run(["mount", *options, str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@root
def test_a_full_disk_stops_the_batch_and_space_lets_it_go_on(room: Room, undisturbed: Stored) -> None:
    """Whatever is written when the last byte is gone: 150 kB hold the gradebook and some of the results."""
    room.out.mkdir()
    with mounted(room.out, "-t", "tmpfs", "-o", "size=150k", "tmpfs"):
        sentence(room.grade(), 3, "disk is full", "goes on from there")
        stored = [attempt for attempt in room.attempts() if attempt not in undisturbed[1]]
        assert stored == []
        for name, content in room.files().items():
            assert content == undisturbed[2].get(name) or name == "index.html", name
        sentence(room.grade(), 3, "disk is full")
        subprocess.run(["mount", "-o", "remount,size=10m", str(room.out)], check=True)
        room.resumed(undisturbed)


@pytest.mark.parametrize("size", [10_000, pytest.param(60_000, marks=pytest.mark.slow)])
def test_a_file_that_may_not_grow_stops_the_batch(room: Room, undisturbed: Stored, size: int) -> None:
    """A quota: at first no gradebook can be made, then none that holds more than a few attempts."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    sentence(room.grade(before=limit), 3, "disk is full")
    room.resumed(undisturbed)


class Keeper:
    """Another program that keeps the gradebook locked, as a database browser with unsaved changes does."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self._database.close()


def test_a_locked_gradebook_is_waited_for_and_it_says_so(room: Room, undisturbed: Stored) -> None:
    room.out.mkdir()
    Gradebook(room.out / "gradebook.db", create=True).close()
    keeper = Keeper(room.out / "gradebook.db")
    with room.at_work() as batch:
        assert batch.stderr is not None
        assert "waiting up to 10 seconds for the gradebook" in batch.stderr.readline()
        keeper.release()
        batch.communicate(timeout=300)
    assert room.stored(batch.returncode) == undisturbed


@pytest.mark.slow
def test_a_gradebook_that_stays_locked_ends_the_batch_before_it_has_graded(room: Room) -> None:
    room.out.mkdir()
    Gradebook(room.out / "gradebook.db", create=True).close()
    keeper = Keeper(room.out / "gradebook.db")
    done = room.grade()
    keeper.release()
    waits, gives_up = done.stderr.splitlines()
    assert "waiting" in waits
    assert f"another program has kept it locked for {PATIENCE_AT_START:g} seconds" in gives_up
    assert done.returncode == 2
    assert not any(room.out.rglob("*.json"))
    assert room.attempts() == []


@pytest.mark.slow
def test_a_gradebook_that_is_locked_in_the_middle_stops_the_batch_and_it_goes_on(
    room: Room, undisturbed: Stored
) -> None:
    """The first submission waits for the lock that comes before it is stored."""
    room.out.mkdir()
    Gradebook(room.out / "gradebook.db", create=True).close()
    gate = room.root / "gate"
    os.mkfifo(gate)
    room.hand_in("ann", [f"open({str(gate)!r}).read()"])  # until this test has locked the gradebook
    with room.at_work() as batch:
        with gate.open("w"):
            keeper = Keeper(room.out / "gradebook.db")
        _, errors = batch.communicate(timeout=300)
    keeper.release()
    waits, gives_up = errors.splitlines()
    assert "waiting up to 30 seconds" in waits
    assert "grading stopped" in gives_up
    assert "kept it locked" in gives_up
    assert batch.returncode == 3
    assert room.attempts() == []
    gate.unlink()


def test_two_batches_do_not_write_to_one_folder(room: Room, undisturbed: Stored) -> None:
    gate = room.root / "gate"
    os.mkfifo(gate)
    room.hand_in("zoe", [f"open({str(gate)!r}).read()"])  # the first batch does not end before the second
    with room.at_work() as first:
        with gate.open("w"):
            sentence(room.grade(), 2, "another batch", f"process {first.pid}", str(room.out))
        first.communicate(timeout=300)
    assert first.returncode == 0
    assert set(room.grades()) == {"ann", "bob", "cem", "dot", "zoe"}


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    if os.geteuid() == 0:  # whom modes of files do not bind
        with mounted(folder, "--bind", "-o", "ro", str(folder)):
            yield
        return
    for path in (folder, *folder.iterdir()):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path in (folder, *folder.iterdir()):
            path.chmod(path.stat().st_mode | 0o200)


def test_a_folder_that_is_read_only_is_found_out_at_once(room: Room) -> None:
    room.out.mkdir()
    with Gradebook(room.out / "gradebook.db", create=True) as gradebook:
        gradebook.add(entry())
    with read_only(room.out):
        sentence(room.grade(), 2, "cannot write results there", str(room.out))
        command = [sys.executable, "-m", "autograder.cli", "show", str(room.out), "alice"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (shown.returncode, shown.stderr) == (0, "")


def test_a_damaged_gradebook_is_refused_and_left_alone(room: Room) -> None:
    room.out.mkdir()
    path = room.out / "gradebook.db"
    with Gradebook(path, create=True) as gradebook:
        for number in range(20):
            gradebook.add(entry(f"s{number}"))
    content = bytearray(path.read_bytes())
    content[3 * 4096 + 100 : -4096] = b"\xa5" * len(content[3 * 4096 + 100 : -4096])
    path.write_bytes(content)
    sentence(room.grade(), 2, "damaged", "put a copy in its place", str(path))
    assert path.read_bytes() == content


def test_a_gradebook_of_a_newer_format_is_refused_and_left_alone(room: Room) -> None:
    room.out.mkdir()
    path = room.out / "gradebook.db"
    Gradebook(path, create=True).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1000")
    content = path.read_bytes()
    sentence(room.grade(), 2, "newer autograder", "format 1000")
    assert path.read_bytes() == content


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:50 / {home} rw,relatime shared:9 - {kind} fileserver:/home rw,vers=4.2
41 40 0:51 / {home}/my\\040scratch rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "lustre", "beegfs", "9p"])
def test_a_network_file_system_is_known_by_its_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.format(home=tmp_path / "home", kind=kind))
    monkeypatch.setattr(file_system, "_MOUNTS", mounts)
    assert file_system.network_of(tmp_path / "home" / "ada" / "gradebook.db") == kind
    assert file_system.network_of(tmp_path / "home" / "my scratch" / "gradebook.db") == ""
    assert file_system.network_of(tmp_path / "gradebook.db") == ""
    mounts.unlink()  # another system than Linux
    assert file_system.network_of(tmp_path / "home") == ""


def test_on_a_network_file_system_no_memory_is_shared_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gradebook.db"
    with Gradebook(path, create=True) as gradebook:  # in WAL mode, before it was moved there
        gradebook.add(entry("alice"))
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS.format(home=tmp_path, kind="nfs4"))
    monkeypatch.setattr(file_system, "_MOUNTS", mounts)
    said: list[str] = []
    with Gradebook(path, create=True, tell=said.append) as gradebook:
        gradebook.add(entry("bob"))
        assert {file.name for file in tmp_path.iterdir()} == {"gradebook.db", "mounts"}
        with Gradebook(path) as reader:
            assert reader.submissions() == ["alice", "bob"]
    (sentence_,) = said
    assert "network file system (nfs4)" in sentence_
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


OLD = """
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY, assignment TEXT NOT NULL, submission TEXT NOT NULL, submission_sha256 TEXT NOT NULL,
  tests_sha256 TEXT NOT NULL, versions TEXT NOT NULL, isolation TEXT NOT NULL, hidden INTEGER NOT NULL,
  score REAL, max_score REAL NOT NULL, trouble TEXT NOT NULL, started_at TEXT NOT NULL,
  duration REAL NOT NULL, result TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_by_submission ON attempts (assignment, submission, id);
CREATE TABLE verdicts (
  attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE, position INTEGER NOT NULL,
  question TEXT NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL, points REAL, max_points REAL NOT NULL,
  PRIMARY KEY (attempt, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_question ON verdicts (question, verdict);
PRAGMA application_id = 0x67726164;
PRAGMA user_version = 1;
"""
"""The first format."""


def old_gradebook(path: Path) -> list[object]:
    """Write one with an attempt; returns that attempt as it is read today."""
    columns = (
        "id, assignment, submission, submission_sha256, tests_sha256, versions, isolation, hidden, score,"
    )
    columns += " max_score, trouble, started_at, duration, result"
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(replace(entry(), conditions={}, memory=None, outputs=""))  # what there was not yet
        expected: list[object] = list(gradebook.history("alice"))
    with closing(sqlite3.connect(path)) as database:
        attempts = database.execute(f"SELECT {columns} FROM attempts").fetchall()
        verdicts = database.execute("SELECT * FROM verdicts").fetchall()
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(OLD)
        database.executemany(f"INSERT INTO attempts VALUES ({', '.join('?' * 14)})", attempts)
        database.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?)", verdicts)
        database.commit()
    return expected


UPGRADE = """
import os, sys
from pathlib import Path
import sitecustomize
from autograder.grading.gradebook import Gradebook
folder, last = Path(sys.argv[1]), int(sys.argv[2])
for moment in range(1, last):
    if not os.fork():  # everything is imported: thus it takes milliseconds
        sitecustomize.count_moments(str(folder), moment)
        Gradebook(folder / str(moment) / "gradebook.db", create=True).close()
        os._exit(0)
    _, status = os.wait()
    if not status:
        print(moment)
        break
"""


def test_an_upgrade_killed_at_any_moment_loses_nothing_and_keeps_a_whole_copy(tmp_path: Path) -> None:
    expected = old_gradebook(tmp_path / "old.db")
    last = 300
    for moment in range(1, last):
        (tmp_path / str(moment)).mkdir()
        shutil.copy(tmp_path / "old.db", tmp_path / str(moment) / "gradebook.db")
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, str(tmp_path), str(last)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(INSIDE), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=True,
    )
    for moment in range(1, int(done.stdout) + 1):
        path = tmp_path / str(moment) / "gradebook.db"
        with Gradebook(path) as gradebook:
            assert gradebook.history("alice") == expected, moment
        with closing(sqlite3.connect(path.with_name("gradebook.db.format-1"))) as copy:
            assert copy.execute("PRAGMA user_version").fetchone() == (1,), moment
            assert copy.execute("SELECT submission FROM attempts").fetchall() == [("alice",)], moment
    assert int(done.stdout) > 30
