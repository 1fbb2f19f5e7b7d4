"""What ``autograder replay`` does: grade again what one attempt graded, and compare to the byte."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.grading import provenance
from autograder.grading.kept import kept
from autograder.grading.moves import moves
from autograder.grading.one import grade_one
from autograder.isolation.strategies import strategy
from autograder.reports.json_file import grade_text

if TYPE_CHECKING:
    from pathlib import Path

    from autograder.course import Assignment
    from autograder.grading.attempt import Attempt
    from autograder.grading.gradebook import Entry
    from autograder.grading.moves import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of it."""

    attempt: Attempt
    same: bool
    """Whether the grade JSON has the same bytes."""
    move: Move | None
    """What moved, if points or verdicts did."""
    circumstances: tuple[str, ...]
    """What is not as it was then, one sentence each; a difference may come of it."""


def replay(assignment: Assignment, out: Path, entry: Entry) -> Replay:
    """Grade it again, in the same isolation.

    Args:
        assignment: as it is now.
        out: folder of the gradebook.
        entry: the attempt.

    Raises:
        UsageError: what was handed in was not kept.
    """
    path = kept(out, entry)
    with strategy(entry.result.isolation, hidden=[assignment.reference_directory, out]) as isolation:
        attempt = grade_one(assignment, path, hidden=entry.hidden, isolation=isolation)
    name = entry.result.submission
    result = replace(attempt.result, submission=name)
    moved = moves({name: entry.result}, {name: result})
    return Replay(
        attempt=replace(attempt, submission=name, result=result),
        same=grade_text([entry.result]) == grade_text([result]),
        move=moved[0] if moved else None,
        circumstances=tuple(_circumstances(assignment, entry)),
    )


def _circumstances(assignment: Assignment, entry: Entry) -> list[str]:
    found = []
    if provenance.tests_sha256(assignment, hidden=entry.hidden) != entry.tests_sha256:
        found.append("The tests or the settings of the assignment are not the same.")
    if provenance.reference_sha256(assignment) != entry.reference_sha256:
        found.append("The reference is not the same.")
    now = provenance.versions()
    for package in sorted({*now, *entry.versions}):
        then, version = entry.versions.get(package), now.get(package)
        if then != version:
            found.append(f"{package} was {then or 'not installed'} and is {version or 'not installed'}.")
    return found
