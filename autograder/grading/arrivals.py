"""When something was handed in, and who says so."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.database import Database


class Source(enum.StrEnum):
    """Who says it; the first that does is believed."""

    LIST = "list"
    """A list of times that the instructor gave."""
    GRADESCOPE = "Gradescope"
    """Its own file in a download."""
    FILE = "file"
    """The time of the file."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One statement."""

    at: datetime
    """In UTC, whole seconds."""
    source: Source


@dataclass(frozen=True, slots=True)
class Work:
    """What was handed in: the same bytes are the same work, however often they come."""

    assignment: str
    submission: str
    submission_sha256: str
    weights_sha256: str = ""


def believed(statements: Sequence[Arrival]) -> Arrival | None:
    """The one that counts of several, oldest statement first.

    A list corrects earlier lists. What the same bytes are handed in with once more makes them no later.
    """
    for source in Source:
        found = [one for one in statements if one.source is source]
        if found:
            return found[-1] if source is Source.LIST else min(found, key=lambda one: one.at)
    return None


def is_news(arrival: Arrival, said: Sequence[Arrival]) -> bool:
    """Whether it is to be kept beside earlier statements on the same work.

    A list may take back what an earlier list corrected; of others each is kept once.
    """
    if arrival.source is Source.LIST:
        return [one for one in said if one.source is Source.LIST][-1:] != [arrival]
    return arrival not in said


class Arrivals:
    """Those of a gradebook, of which none is ever changed or deleted.

    Args:
        database: the gradebook's, open.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, submission: str | None = None) -> dict[Work, list[Arrival]]:
        """All statements on a student's work, or on everybody's, oldest first."""
        condition, values = ("WHERE submission = ?", (submission,)) if submission is not None else ("", ())
        found: defaultdict[Work, list[Arrival]] = defaultdict(list)
        for assignment, name, sha256, weights, at, source in self._database.execute(
            "SELECT assignment, submission, submission_sha256, weights_sha256, handed_in_at, source"  # noqa: S608
            f" FROM arrivals {condition} ORDER BY id",
            values,
        ):
            work = Work(assignment, name, sha256, weights)
            found[work].append(Arrival(datetime.fromisoformat(at), Source(source)))
        return dict(found)

    def add(self, work: Work, arrival: Arrival) -> None:
        """Store one.

        Raises:
            sqlite3.Error: the disk is full, or another program has kept the file locked.
        """
        at = arrival.at.astimezone(UTC).isoformat(timespec="seconds")
        row = (work.assignment, work.submission, work.submission_sha256, work.weights_sha256)
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO arrivals (assignment, submission, submission_sha256, weights_sha256,"
                " handed_in_at, source) VALUES (?, ?, ?, ?, ?, ?)",
                (*row, at, arrival.source.value),
            )
