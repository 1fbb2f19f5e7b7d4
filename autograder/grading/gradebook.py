"""The gradebook: one SQLite file with every attempt, its verdicts and where they came from.

One process writes (the driver of a batch), any number may read meanwhile. Attempts are only ever added:
what stood there before a regrade stays, and counts until its outcome is taken.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import UsageError
from autograder.grading import gradebook_format
from autograder.grading.adjustments import Adjustments
from autograder.grading.arrivals import Arrivals
from autograder.grading.candidates import Candidates
from autograder.grading.entry import Entry
from autograder.grading.file_system import network_of
from autograder.verdict import result_from_json

__all__ = ["Entry", "Gradebook"]

PATIENCE = 30.0
"""Seconds in which another program may keep the file locked during a batch, which is long under way."""
PATIENCE_AT_START = 10.0
"""The same when it is opened, while somebody is waiting."""
_SHORTLY = 1.0
"""Seconds for which a file is locked in the ordinary course of things."""

_SURROGATE = re.compile("[\ud800-\udfff]")


_COLUMNS = (
    "result, submission_sha256, tests_sha256, versions, hidden, trouble, started_at, duration,"
    " weights_sha256, reference_sha256, taken, conditions, memory, outputs"
)


class Gradebook:
    """An open gradebook; a context manager.

    Attributes:
        path: its file.
        adjustments: what persons decided.
        arrivals: when things were handed in.
        candidates: what may count.

    Args:
        path: its file.
        create: make it if it is not there, and keep what is written safe.
        tell: called with a sentence on what is waited for, or what is done with care.

    Raises:
        UsageError: the file is not a gradebook, is damaged, is from a newer version, is missing or cannot be
            written (without and with ``create``), or is kept locked.
        sqlite3.Error: the disk is full or does not work.
    """

    def __init__(
        self, path: Path, *, create: bool = False, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path = path
        self._tell = tell
        if not create and not path.is_file():
            raise UsageError(f"there is no such gradebook: {path}")
        with self._explained():
            # Transactions are begun by hand, where they start and end can be seen.
            self._database = sqlite3.connect(_uri(path), timeout=_SHORTLY, isolation_level=None, uri=True)
        try:
            with self._explained():
                self._patiently(lambda: self._prepare(create=create), PATIENCE_AT_START)
        except BaseException:
            self._database.close()
            raise
        self.adjustments = Adjustments(self._database, self._transaction)
        self.arrivals = Arrivals(self._database, self._transaction)
        self.candidates = Candidates(self._database)

    def _prepare(self, *, create: bool) -> None:
        # Identify first: a pragma below would already change a foreign database.
        version = gradebook_format.pragma(self._database, "user_version")
        tables = int(self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        is_new = create and tables == 0 and version == 0
        application = gradebook_format.pragma(self._database, "application_id")
        if not is_new and application != gradebook_format.APPLICATION_ID:
            raise UsageError(f"this file is a database but not a gradebook: {self.path}")
        if version > gradebook_format.VERSION:
            raise UsageError(
                f"this gradebook was written by a newer autograder (format {version}, this one knows "
                f"{gradebook_format.VERSION}); update autograder to open it: {self.path}"
            )
        if create:
            self._require_sound()
            self._require_writable()
        self._database.execute("PRAGMA foreign_keys = ON")
        if is_new:
            gradebook_format.create(self._database)
        elif version < gradebook_format.VERSION:
            gradebook_format.migrate(self._database, self.path)

    def _require_sound(self) -> None:
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise UsageError(self._damaged(found))

    def _require_writable(self) -> None:
        """Find out before anything is graded, and choose how the file is kept safe."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("ROLLBACK")
        if kind := network_of(self.path):
            # WAL needs memory that all who have the file open share, which computers do not.
            self._tell(
                f"the gradebook lies on a network file system ({kind}): it is written with more care, which "
                "is slower; open it on one computer at a time"
            )
            self._database.execute("PRAGMA journal_mode = DELETE")
            self._database.execute("PRAGMA synchronous = FULL")
        else:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")

    def _patiently(self, work: Callable[[], object], seconds: float) -> None:
        """Do ``work``; if another program keeps the file locked, say so and wait for it."""
        try:
            work()
        except sqlite3.OperationalError as error:
            if not _is_locked(error):
                raise
            self._tell(
                f"waiting up to {seconds:g} seconds for the gradebook, which another program keeps locked"
            )
            self._database.execute(f"PRAGMA busy_timeout = {1000 * seconds:.0f}")
            try:
                work()
            except sqlite3.OperationalError as again:
                if _is_locked(again):
                    again.args = (f"another program has kept it locked for {seconds:g} seconds",)
                raise
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {1000 * _SHORTLY:.0f}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            match _code(error):
                case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
                    raise
                case sqlite3.SQLITE_CORRUPT:
                    raise UsageError(self._damaged(str(error))) from None
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    advice = "; is it open elsewhere, with changes that are not saved?"
                case _:
                    advice = ""
            if not isinstance(error, sqlite3.OperationalError):
                raise UsageError(f"this file is not a gradebook: {self.path}") from None
            raise UsageError(f"cannot open the gradebook ({error}{advice}): {self.path}") from None

    def _damaged(self, how: str) -> str:
        return (
            f"the gradebook is damaged ({' '.join(how.split())}); put a copy in its place, or move it away "
            f"to begin a new one: {self.path}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, entry: Entry) -> None:
        """Store one attempt and its verdicts, both or neither.

        Raises:
            sqlite3.Error: the disk is full, or another program has kept the file locked for ``PATIENCE``.
        """
        result = entry.result
        row = (
            _text(result.assignment),
            _text(result.submission),
            entry.submission_sha256,
            entry.tests_sha256,
            json.dumps(dict(entry.versions), sort_keys=True),
            result.isolation,
            int(entry.hidden),
            result.score,
            float(result.max_score),
            _text(entry.trouble),
            entry.started_at,
            float(entry.duration),
            _text(json.dumps(result.to_json(), ensure_ascii=False, allow_nan=False)),
            entry.weights_sha256,
            entry.reference_sha256,
            int(entry.taken),
            json.dumps(dict(entry.conditions), sort_keys=True),
            entry.memory,
            _text(entry.outputs),
        )
        with self._transaction():
            attempt = self._database.execute(
                "INSERT INTO attempts (assignment, submission, submission_sha256, tests_sha256, versions,"
                " isolation, hidden, score, max_score, trouble, started_at, duration, result, weights_sha256,"
                " reference_sha256, taken, conditions, memory, outputs)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            self._database.executemany(
                "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        attempt,
                        position,
                        q.id,
                        q.outcome.verdict.value,
                        q.outcome.code,
                        q.points,
                        float(q.max_points),
                    )
                    for position, q in enumerate(result.questions)
                ],
            )

    def latest(self, submission: str) -> list[Entry]:
        """What counts of ``submission``: the last taken attempt of each assignment, by assignment."""
        return self._entries(
            "WHERE id IN (SELECT max(id) FROM attempts WHERE submission = ? AND taken GROUP BY assignment)"
            " ORDER BY assignment",
            submission,
        )

    def current(self, assignment: str) -> dict[str, Entry]:
        """What counts of all submissions for ``assignment``, by their names."""
        return self._last(assignment, taken=True)

    def proposed(self, assignment: str) -> dict[str, Entry]:
        """Outcomes of a regrade that are newer than what counts and wait to be taken, by submission."""
        return {name: entry for name, entry in self._last(assignment).items() if not entry.taken}

    def _last(self, assignment: str, *, taken: bool = False) -> dict[str, Entry]:
        which = "AND taken" if taken else ""
        entries = self._entries(
            f"WHERE id IN (SELECT max(id) FROM attempts WHERE assignment = ? {which} GROUP BY submission)"  # noqa: S608
            " ORDER BY submission",
            assignment,
        )
        return {entry.result.submission: entry for entry in entries}

    def take(self, assignment: str, submissions: Iterable[str]) -> None:
        """Have the last attempt of each of these submissions count, all or none of them."""
        with self._transaction():
            self._database.executemany(
                "UPDATE attempts SET taken = 1 WHERE id ="
                " (SELECT max(id) FROM attempts WHERE assignment = ? AND submission = ?)",
                [(assignment, submission) for submission in submissions],
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written within, or nothing."""
        self._patiently(lambda: self._database.execute("BEGIN IMMEDIATE"), PATIENCE)
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def history(self, submission: str) -> list[Entry]:
        """All attempts of ``submission``, oldest first."""
        return self._entries("WHERE submission = ? ORDER BY id", submission)

    def attempts(self, submission: str) -> list[tuple[int, Entry]]:
        """All attempts of ``submission`` with their numbers, oldest first."""
        with self._explained():
            query = "SELECT id FROM attempts WHERE submission = ? ORDER BY id"
            numbers = [number for (number,) in self._database.execute(query, (submission,))]
        return list(zip(numbers, self.history(submission), strict=True))

    def attempt(self, number: int) -> Entry | None:
        """One attempt by its number."""
        return next(iter(self._entries("WHERE id = ?", number)), None)

    def submissions(self) -> list[str]:
        """Names of all submissions, sorted."""
        with self._explained():
            rows = self._database.execute("SELECT DISTINCT submission FROM attempts ORDER BY submission")
            return [name for (name,) in rows]

    def assignments(self) -> list[str]:
        """Names of all assignments, sorted."""
        with self._explained():
            rows = self._database.execute("SELECT DISTINCT assignment FROM attempts ORDER BY assignment")
            return [name for (name,) in rows]

    def _entries(self, condition: str, *values: str | int) -> list[Entry]:
        query = f"SELECT {_COLUMNS} FROM attempts {condition}"  # noqa: S608 - no foreign text in either
        with self._explained():
            texts = [_text(value) if isinstance(value, str) else value for value in values]
            return [_entry(*row) for row in self._database.execute(query, texts)]


def _uri(path: Path) -> str:
    """How to open it. Where nothing can be written there is nobody to wait for, nor a place to note it."""
    beside = path.with_name(f"{path.name}-wal")
    alone = path.is_file() and not os.access(path.parent, os.W_OK) and not beside.exists()
    return path.absolute().as_uri() + ("?immutable=1" if alone else "")


def _code(error: sqlite3.Error) -> int:
    """SQLite's number of an error, without its details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_locked(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _text(text: str) -> str:
    """What SQLite takes: a name that is no text must not stop a batch."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _entry(*row: Any) -> Entry:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Entry(
        **{
            **fields,
            "result": result_from_json(json.loads(fields["result"])),
            "versions": json.loads(fields["versions"]),
            "hidden": bool(fields["hidden"]),
            "taken": bool(fields["taken"]),
            "conditions": json.loads(fields["conditions"]),
        }
    )
