"""What may count of a gradebook: of each piece of work the last attempt that was taken, as numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.grading.arrivals import Work

if TYPE_CHECKING:
    from autograder.grading.database import Database


@dataclass(frozen=True, slots=True)
class Candidate:
    """An attempt that may count."""

    number: int
    work: Work
    questions: tuple[tuple[str, float | None, float], ...]
    """Number of each, points (None while a person has to look) and most points."""


class Candidates:
    """Those of a gradebook.

    Args:
        database: the gradebook's, open.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, submission: str | None = None) -> list[Candidate]:
        """Those of a student, or of all, by their numbers."""
        condition, values = ("AND submission = ?", [submission]) if submission is not None else ("", [])
        return self._chosen(
            f"SELECT max(id) FROM attempts WHERE taken {condition}"  # noqa: S608 - no foreign text
            " GROUP BY assignment, submission, submission_sha256, weights_sha256",
            values,
        )

    def newest(self) -> list[Candidate]:
        """The newest attempt at each assignment of which the questions are known, of whichever student."""
        return self._chosen(
            "SELECT max(id) FROM attempts WHERE taken AND max_score > 0 GROUP BY assignment", []
        )

    def _chosen(self, numbers: str, values: list[str]) -> list[Candidate]:
        """Those whose numbers a query gives, all as they are at one time."""
        questions: defaultdict[int, list[tuple[str, float | None, float]]] = defaultdict(list)
        self._database.execute("BEGIN")
        try:
            facts = "id, assignment, submission, submission_sha256, weights_sha256"
            query = f"SELECT {facts} FROM attempts WHERE id IN ({numbers}) ORDER BY id"  # noqa: S608
            attempts = self._database.execute(query, values).fetchall()
            query = (
                "SELECT attempt, question, points, max_points FROM verdicts"  # noqa: S608
                f" WHERE attempt IN ({numbers}) ORDER BY attempt, position"
            )
            for attempt, *question in self._database.execute(query, values):
                questions[attempt].append(tuple(question))
        finally:
            self._database.execute("COMMIT")
        return [Candidate(id, Work(*work), tuple(questions[id])) for id, *work in attempts]
