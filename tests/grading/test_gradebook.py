"""The gradebook keeps every attempt, whole, and refuses files that are not its own."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grading.gradebook import Entry, Gradebook
from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict, Where


def entry(submission: str = "alice", *, points: float | None = 1.5, assignment: str = "01_demo") -> Entry:
    verdict = Verdict.INCONCLUSIVE if points is None else Verdict.FAIL
    outcome = Outcome(
        verdict=verdict,
        code="x",
        message="m",
        where=Where(cell=1, line=2, source="f(x)"),
        evidence={"n": [1, 2.5]},
    )
    return Entry(
        result=AssignmentResult(
            assignment=assignment,
            submission=submission,
            isolation="none",
            questions=(
                QuestionResult(
                    id="1.1", title="first", points=2.0, max_points=2, outcome=Outcome(verdict=Verdict.PASS)
                ),
                QuestionResult(
                    id="1.2", title="ünïcode 漢字", points=points, max_points=3.0, outcome=outcome
                ),
            ),
        ),
        submission_sha256="ab" * 32,
        tests_sha256="cd" * 32,
        versions={"python": "3.11.7", "torch": "2.13.0"},
        hidden=True,
        trouble="",
        started_at="2026-11-01T10:00:00+00:00",
        duration=1.25,
        conditions={"limits": {"cell": 30.0}, "seed": 0},
        memory=123_456_789,
        outputs="[1]\nhello\n",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.db"


def test_an_attempt_comes_back_as_it_was(path: Path) -> None:
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry())
    with Gradebook(path) as gradebook:
        assert gradebook.latest("alice") == [entry()]
        assert gradebook.submissions() == ["alice"]


def test_a_regrade_is_added_and_the_last_one_counts(path: Path) -> None:
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry(points=0.0))
        gradebook.add(entry(assignment="02_other"))
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry(points=3.0))
        assert [e.result.score for e in gradebook.history("alice")] == [2, 3.5, 5]
        assert [(e.result.assignment, e.result.score) for e in gradebook.latest("alice")] == [
            ("01_demo", 5),
            ("02_other", 3.5),
        ]


def test_the_tables_can_be_asked_in_sql(path: Path) -> None:
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry(points=None))
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT submission, score, max_score, hidden FROM attempts").fetchall() == [
            ("alice", None, 5.0, 1)
        ]
        assert database.execute(
            "SELECT question, verdict, points FROM verdicts ORDER BY position"
        ).fetchall() == [
            ("1.1", "pass", 2.0),
            ("1.2", "inconclusive", None),
        ]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA user_version").fetchone() == (4,)
    database.close()


def test_an_attempt_is_stored_whole_or_not_at_all(path: Path) -> None:
    good = entry()
    first, second = good.result.questions
    broken = replace(good, result=replace(good.result, questions=(first, replace(second, id=None))))  # type: ignore[arg-type]
    with Gradebook(path, create=True) as gradebook:
        with pytest.raises(sqlite3.Error):
            gradebook.add(broken)
        assert gradebook.submissions() == []
        gradebook.add(entry())
        assert gradebook.submissions() == ["alice"]


def test_what_was_stored_survives_the_death_of_the_writer(path: Path) -> None:
    script = f"""
import os, signal
from tests.grading.test_gradebook import entry
from autograder.grading.gradebook import Gradebook
from pathlib import Path
gradebook = Gradebook(Path({str(path)!r}), create=True)
gradebook.add(entry("alice"))
gradebook._database.execute("BEGIN IMMEDIATE")
gradebook._database.execute("UPDATE attempts SET score = 99")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == -signal.SIGKILL
    with Gradebook(path) as gradebook:
        assert gradebook.latest("alice") == [entry("alice")]


@pytest.mark.parametrize(
    "content",
    [b"this is a text file, long enough not to look empty" * 30, b"SQLite format 3\x00rubbish" * 50],
)
@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    path: Path, content: bytes, create: bool
) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not a gradebook"):
        Gradebook(path, create=create)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_another_programs_database_is_refused_and_left_alone(path: Path, create: bool) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE precious (x)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="a database but not a gradebook"):
        Gradebook(path, create=create)
    assert path.read_bytes() == before


@pytest.mark.parametrize("create", [True, False])
def test_a_gradebook_of_a_newer_version_is_refused_and_left_alone(path: Path, create: bool) -> None:
    Gradebook(path, create=True).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="newer autograder"):
        Gradebook(path, create=create)
    assert path.read_bytes() == before


def test_an_empty_file_is_no_gradebook_to_read(path: Path) -> None:
    path.touch()
    with pytest.raises(UsageError, match="not a gradebook"):
        Gradebook(path)


def test_a_missing_file_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(UsageError, match="no such gradebook"):
        Gradebook(path)
    assert not path.exists()


def test_a_folder_that_cannot_hold_it_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot open the gradebook"):
        Gradebook(tmp_path / "nowhere" / "gradebook.db", create=True)


def test_it_can_be_read_while_it_is_written(path: Path) -> None:
    with Gradebook(path, create=True) as writer, Gradebook(path) as reader:
        writer.add(entry("alice"))
        assert reader.submissions() == ["alice"]
        writer.add(entry("bob"))
        assert reader.submissions() == ["alice", "bob"]


def old_format(path: Path, version: int) -> None:
    """Make a gradebook what an earlier version would have written."""
    columns = {
        2: ("weights_sha256",),
        3: ("reference_sha256", "taken"),
        4: ("conditions", "memory", "outputs"),
    }
    database = sqlite3.connect(path, isolation_level=None)
    for column in (column for new, names in columns.items() if new > version for column in names):
        database.execute(f"ALTER TABLE attempts DROP COLUMN {column}")
    for table in ("adjustments", "arrivals"):
        database.execute(f"DROP TABLE {table}")
    database.execute(f"PRAGMA user_version = {version}")
    database.close()


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns of each table, and all other things that the schema names."""
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT type, name FROM sqlite_master ORDER BY name").fetchall()
        return {
            f"{kind} {name}": database.execute(f"PRAGMA table_info({name})").fetchall()
            for kind, name in names
        }


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_gradebook_of_an_earlier_format_is_copied_and_brought_up_to_date(
    path: Path, tmp_path: Path, version: int
) -> None:
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry())
    new = tables(path)
    old_format(path, version)
    assert tables(path) != new
    copy = path.with_name(f"gradebook.db.format-{version}")
    with Gradebook(path) as gradebook, Gradebook(path) as second:
        gradebook.add(replace(entry(), weights_sha256="abc", reference_sha256="def", taken=False))
        old, added = second.history("alice")
    assert (old.weights_sha256, old.reference_sha256, old.taken) == ("", "", True)
    assert (old.conditions, old.memory, old.outputs) == ({}, None, "")
    assert (added.weights_sha256, added.reference_sha256, added.taken) == ("abc", "def", False)
    assert added.memory == 123_456_789
    assert tables(path) == new
    assert sorted(file.name for file in tmp_path.iterdir() if "format" in file.name) == [copy.name]
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (version,)
        assert database.execute("SELECT count(*) FROM attempts").fetchone() == (1,)


def test_the_outcome_of_a_regrade_counts_when_it_is_taken(path: Path) -> None:
    with Gradebook(path, create=True) as gradebook:
        for name in ("alice", "bob"):
            gradebook.add(entry(name, points=0.0))
            gradebook.add(replace(entry(name, points=3.0), taken=False))
        assert {n: e.result.score for n, e in gradebook.current("01_demo").items()} == {"alice": 2, "bob": 2}
        assert list(gradebook.proposed("01_demo")) == ["alice", "bob"]
        gradebook.take("01_demo", ["alice"])
        assert {n: e.result.score for n, e in gradebook.current("01_demo").items()} == {"alice": 5, "bob": 2}
        assert [e.result.score for e in gradebook.latest("alice")] == [5]
        assert list(gradebook.proposed("01_demo")) == ["bob"]
        assert len(gradebook.history("alice")) == 2
