"""The file of a gradebook: opened with care, waited for if it is locked, and written whole or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.grading import gradebook_format
from autograder.grading.file_system import network_of

PATIENCE = 30.0
"""Seconds in which another program may keep the file locked during a batch, which is long under way."""
PATIENCE_AT_START = 10.0
"""The same when it is opened, while somebody is waiting."""
_SHORTLY = 1.0
"""Seconds for which a file is locked in the ordinary course of things."""


class Database:
    """An open SQLite file that is a gradebook.

    Args:
        path: its file.
        create: make it if it is not there, and keep what is written safe.
        tell: called with a sentence on what is waited for, or what is done with care.

    Raises:
        UsageError: the file is not a gradebook, is damaged, is from a newer version, is missing or cannot be
            written (without and with ``create``), or is kept locked.
        sqlite3.Error: the disk is full or does not work.
    """

    def __init__(self, path: Path, *, create: bool, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        if not create and not path.is_file():
            raise UsageError(f"there is no such gradebook: {path}")
        with self.explained():
            # Transactions are begun by hand, where they start and end can be seen.
            self._connection = sqlite3.connect(_uri(path), timeout=_SHORTLY, isolation_level=None, uri=True)
        try:
            with self.explained():
                self._patiently(lambda: self._prepare(create=create), PATIENCE_AT_START)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, *, create: bool) -> None:
        # Identify first: a pragma below would already change a foreign database.
        version = gradebook_format.pragma(self._connection, "user_version")
        tables = int(self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        is_new = create and tables == 0 and version == 0
        application = gradebook_format.pragma(self._connection, "application_id")
        if not is_new and application != gradebook_format.APPLICATION_ID:
            raise UsageError(f"this file is a database but not a gradebook: {self._path}")
        if version > gradebook_format.VERSION:
            raise UsageError(
                f"this gradebook was written by a newer autograder (format {version}, this one knows "
                f"{gradebook_format.VERSION}); update autograder to open it: {self._path}"
            )
        if create:
            self._require_sound()
            self._require_writable()
        self._connection.execute("PRAGMA foreign_keys = ON")
        if is_new:
            gradebook_format.create(self._connection)
        elif version < gradebook_format.VERSION:
            gradebook_format.migrate(self._connection, self._path)

    def _require_sound(self) -> None:
        (found,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise UsageError(self._damaged(found))

    def _require_writable(self) -> None:
        """Find out before anything is graded, and choose how the file is kept safe."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("ROLLBACK")
        if kind := network_of(self._path):
            # WAL needs memory that all who have the file open share, which computers do not.
            self._tell(
                f"the gradebook lies on a network file system ({kind}): it is written with more care, which "
                "is slower; open it on one computer at a time"
            )
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = FULL")
        else:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")

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
            self._connection.execute(f"PRAGMA busy_timeout = {1000 * seconds:.0f}")
            try:
                work()
            except sqlite3.OperationalError as again:
                if _is_locked(again):
                    again.args = (f"another program has kept it locked for {seconds:g} seconds",)
                raise
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {1000 * _SHORTLY:.0f}")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Errors of opening, reading and writing in a sentence, where it is not the disk that fails."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if disk_failed(error):
                raise
            match _code(error):
                case sqlite3.SQLITE_CORRUPT:
                    raise UsageError(self._damaged(str(error))) from None
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    advice = "; is it open elsewhere, with changes that are not saved?"
                case _:
                    advice = ""
            if not isinstance(error, sqlite3.OperationalError):
                raise UsageError(f"this file is not a gradebook: {self._path}") from None
            raise UsageError(f"cannot open the gradebook ({error}{advice}): {self._path}") from None

    def _damaged(self, how: str) -> str:
        return (
            f"the gradebook is damaged ({' '.join(how.split())}); put a copy in its place, or move it away "
            f"to begin a new one: {self._path}"
        )

    def execute(self, query: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Have one statement done."""
        return self._connection.execute(query, values)

    def executemany(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        """Have one statement done for each row."""
        self._connection.executemany(query, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within, or nothing."""
        self._patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"), PATIENCE)
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _uri(path: Path) -> str:
    """How to open it. Where nothing can be written there is nobody to wait for, nor a place to note it."""
    beside = path.with_name(f"{path.name}-wal")
    alone = path.is_file() and not os.access(path.parent, os.W_OK) and not beside.exists()
    return path.absolute().as_uri() + ("?immutable=1" if alone else "")


def _code(error: sqlite3.Error) -> int:
    """SQLite's number of an error, without its details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def disk_failed(error: sqlite3.Error) -> bool:
    """Whether the disk is full or does not work, which no other file or option would mend."""
    return _code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _is_locked(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
