"""What a person decides beside the grader: points given by hand, and extensions.

They stand in a table of their own, so a regrade does not touch them. None is ever changed or deleted: the
last one for the same student, assignment, question and kind is in force.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.database import Database

COLUMNS = "id, student, assignment, question, kind, value, reason, author, made_at"


class Kind(enum.StrEnum):
    """What is decided."""

    POINTS = "points"
    """Points of a question in place of those that the tests gave, or those that count for all of it."""
    UNTIL = "until"
    """Until when it can be handed in without loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One decision."""

    student: str
    """Name of the submission."""
    assignment: str
    kind: Kind
    value: str
    """Points as a decimal number; a moment in ISO 8601, or ``"3 days"``; empty: it is taken back."""
    reason: str
    author: str
    question: str = ""
    """Empty: all of the assignment."""
    number: int = 0
    """Position among all of the gradebook, from 1."""
    made_at: str = ""
    """ISO 8601, UTC; for people, decides nothing."""

    @property
    def slot(self) -> tuple[str, str, str, Kind]:
        """What it is about: of those with the same, the last one is in force."""
        return self.student, self.assignment, self.question, self.kind


def in_force(adjustments: Iterable[Adjustment]) -> list[Adjustment]:
    """The last one about each matter, in order of their numbers, without those that were taken back."""
    last = {one.slot: one for one in sorted(adjustments, key=lambda one: one.number)}
    return sorted((one for one in last.values() if one.value), key=lambda one: one.number)


class Adjustments:
    """Those of a gradebook.

    Args:
        database: the gradebook's, open.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, adjustment: Adjustment) -> Adjustment:
        """Store one; returns it with its number and time.

        Raises:
            UsageError: another program keeps the file locked, or it cannot be written.
            sqlite3.Error: the disk is full or does not work.
        """
        made = replace(adjustment, made_at=datetime.now(UTC).isoformat(timespec="seconds"))
        row = (
            *(made.student, made.assignment, made.question, made.kind.value),
            *(made.value, made.reason, made.author, made.made_at),
        )
        with self._database.explained(), self._database.transaction():
            number = self._database.execute(
                "INSERT INTO adjustments (student, assignment, question, kind, value, reason, author,"
                " made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
        return replace(made, number=number or 0)

    def all(self, student: str | None = None) -> Sequence[Adjustment]:
        """All of a student, or of everybody, oldest first; also those that are no longer in force."""
        condition, values = ("WHERE student = ?", (student,)) if student is not None else ("", ())
        rows = self._database.execute(
            f"SELECT {COLUMNS} FROM adjustments {condition} ORDER BY id",  # noqa: S608 - no foreign text
            values,
        )
        return [
            Adjustment(
                **dict(zip(COLUMNS.replace("id", "number", 1).split(", "), row, strict=True))
                | {"kind": Kind(row[4])}
            )
            for row in rows
        ]
