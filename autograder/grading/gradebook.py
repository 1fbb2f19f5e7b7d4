"""The gradebook: one SQLite file with every attempt, its verdicts and where they came from.

One process writes (the driver of a batch), any number may read meanwhile. Attempts are only ever added:
what stood there before a regrade stays, and counts until its outcome is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.grading.adjustments import Adjustments
from autograder.grading.arrivals import Arrivals
from autograder.grading.candidates import Candidates
from autograder.grading.database import Database
from autograder.grading.entry import Entry
from autograder.verdict import result_from_json

__all__ = ["Entry", "Gradebook"]

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

    Args and errors are those of ``Database``.
    """

    def __init__(
        self, path: Path, *, create: bool = False, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path = path
        self._database = Database(path, create=create, tell=tell)
        self.adjustments = Adjustments(self._database)
        self.arrivals = Arrivals(self._database)
        self.candidates = Candidates(self._database)

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
            sqlite3.Error: the disk is full, or another program keeps the file locked too long.
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
        with self._database.transaction():
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
        with self._database.transaction():
            self._database.executemany(
                "UPDATE attempts SET taken = 1 WHERE id ="
                " (SELECT max(id) FROM attempts WHERE assignment = ? AND submission = ?)",
                [(assignment, submission) for submission in submissions],
            )

    def history(self, submission: str) -> list[Entry]:
        """All attempts of ``submission``, oldest first."""
        return self._entries("WHERE submission = ? ORDER BY id", submission)

    def attempts(self, submission: str) -> list[tuple[int, Entry]]:
        """All attempts of ``submission`` with their numbers, oldest first."""
        with self._database.explained():
            query = "SELECT id FROM attempts WHERE submission = ? ORDER BY id"
            numbers = [number for (number,) in self._database.execute(query, (submission,))]
        return list(zip(numbers, self.history(submission), strict=True))

    def attempt(self, number: int) -> Entry | None:
        """One attempt by its number."""
        return next(iter(self._entries("WHERE id = ?", number)), None)

    def submissions(self) -> list[str]:
        """Names of all submissions, sorted."""
        with self._database.explained():
            rows = self._database.execute("SELECT DISTINCT submission FROM attempts ORDER BY submission")
            return [name for (name,) in rows]

    def assignments(self) -> list[str]:
        """Names of all assignments, sorted."""
        with self._database.explained():
            rows = self._database.execute("SELECT DISTINCT assignment FROM attempts ORDER BY assignment")
            return [name for (name,) in rows]

    def _entries(self, condition: str, *values: str | int) -> list[Entry]:
        query = f"SELECT {_COLUMNS} FROM attempts {condition}"  # noqa: S608 - no foreign text in either
        with self._database.explained():
            texts = [_text(value) if isinstance(value, str) else value for value in values]
            return [_entry(*row) for row in self._database.execute(query, texts)]


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
