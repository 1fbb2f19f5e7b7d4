"""The tables of a gradebook, and how those of earlier versions are brought up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from autograder.reports.json_file import UNFINISHED

VERSION = 4
APPLICATION_ID = 0x6772_6164
"""In the file's header: tells a gradebook from any other SQLite file."""

_BESIDE = """
CREATE TABLE adjustments (          -- what a person decided; only added to, the last one of its kind holds
  id INTEGER PRIMARY KEY,
  student TEXT NOT NULL,            -- name of the submission
  assignment TEXT NOT NULL,
  question TEXT NOT NULL,           -- empty: all of the assignment
  kind TEXT NOT NULL,               -- points, until
  value TEXT NOT NULL,              -- points; a moment (ISO 8601) or a number of days; empty: taken back
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  made_at TEXT NOT NULL             -- ISO 8601, UTC
) STRICT;
CREATE INDEX adjustments_by_student ON adjustments (student, id);
CREATE TRIGGER adjustments_stay BEFORE UPDATE ON adjustments
BEGIN SELECT RAISE(ABORT, 'adjustments are only added to'); END;
CREATE TRIGGER adjustments_remain BEFORE DELETE ON adjustments
BEGIN SELECT RAISE(ABORT, 'adjustments are only added to'); END;
CREATE TABLE arrivals (             -- when something was handed in; only added to
  id INTEGER PRIMARY KEY,
  assignment TEXT NOT NULL,
  submission TEXT NOT NULL,
  submission_sha256 TEXT NOT NULL,
  weights_sha256 TEXT NOT NULL,
  handed_in_at TEXT NOT NULL,       -- ISO 8601, UTC
  source TEXT NOT NULL              -- who says so: list, Gradescope, file
) STRICT;
CREATE INDEX arrivals_by_submission ON arrivals (submission, id);
"""

SCHEMA = f"""
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  assignment TEXT NOT NULL,
  submission TEXT NOT NULL,
  submission_sha256 TEXT NOT NULL,  -- empty where the file could not be read
  tests_sha256 TEXT NOT NULL,
  versions TEXT NOT NULL,           -- JSON: name -> version
  isolation TEXT NOT NULL,
  hidden INTEGER NOT NULL,          -- 1 if the hidden tests were run
  score REAL,                       -- NULL while a person has to look
  max_score REAL NOT NULL,
  trouble TEXT NOT NULL,            -- why it could not be read or judged, or empty
  started_at TEXT NOT NULL,         -- ISO 8601, UTC
  duration REAL NOT NULL,           -- seconds
  result TEXT NOT NULL,             -- the assignment's part of the grade JSON
  weights_sha256 TEXT NOT NULL DEFAULT '',  -- empty where no weights were handed in
  reference_sha256 TEXT NOT NULL DEFAULT '',  -- of the course's own solution
  taken INTEGER NOT NULL DEFAULT 1,  -- 0 while a person has not accepted the outcome of a regrade
  conditions TEXT NOT NULL DEFAULT '{{}}',  -- JSON: limits, and the seed of the notebook's random numbers
  memory INTEGER,                   -- most bytes that its processes were seen to use; NULL: nobody looked
  outputs TEXT NOT NULL DEFAULT ''  -- what its cells printed, cut
) STRICT;
CREATE INDEX attempts_by_submission ON attempts (assignment, submission, id);
CREATE TABLE verdicts (
  attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,        -- order in the notebook, from 0
  question TEXT NOT NULL,
  verdict TEXT NOT NULL,
  code TEXT NOT NULL,
  points REAL,
  max_points REAL NOT NULL,
  PRIMARY KEY (attempt, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_question ON verdicts (question, verdict);
{_BESIDE}"""

_STEPS = {
    1: "ALTER TABLE attempts ADD COLUMN weights_sha256 TEXT NOT NULL DEFAULT ''",
    2: "ALTER TABLE attempts ADD COLUMN reference_sha256 TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE attempts ADD COLUMN taken INTEGER NOT NULL DEFAULT 1",
    3: "ALTER TABLE attempts ADD COLUMN conditions TEXT NOT NULL DEFAULT '{}';"
    "ALTER TABLE attempts ADD COLUMN memory INTEGER;"
    "ALTER TABLE attempts ADD COLUMN outputs TEXT NOT NULL DEFAULT '';" + _BESIDE,
}
"""What leads from each format to the next."""


def pragma(database: sqlite3.Connection, name: str) -> int:
    """A number in the file's header."""
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def create(database: sqlite3.Connection) -> None:
    """Make the tables of an empty file."""
    database.executescript(
        f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {VERSION}; COMMIT;"
    )


def migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the tables up to date, unless another process has been faster; the old file is copied first.

    Args:
        database: open for writing, outside of a transaction.
        path: its file; the copy of format 2 lies beside it as ``NAME.format-2``.
    """
    version = pragma(database, "user_version")
    copy = path.with_name(f"{path.name}.format-{version}")
    if not copy.exists():
        # A copy that was cut short must not be taken for one.
        unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}-{copy.name}")
        unfinished.unlink(missing_ok=True)
        backup = sqlite3.connect(unfinished)
        try:
            database.backup(backup)
        finally:
            backup.close()
        unfinished.replace(copy)
    database.execute("BEGIN IMMEDIATE")
    for step in range(pragma(database, "user_version"), VERSION):
        for statement in _statements(_STEPS[step]):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {step + 1}")
    database.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """Each statement by itself: `executescript` would end the transaction."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
