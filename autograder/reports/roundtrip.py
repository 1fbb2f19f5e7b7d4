"""The marks put into a file that a course system exported, which then goes back there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.reports.csv_file import is_formula
from autograder.reports.terminal import points
from autograder.reports.text import inert, one_line

if TYPE_CHECKING:
    from autograder.grading.counted import Mark
    from autograder.grading.matching import Matches, Person
    from autograder.reports.csv_file import Table

_MAX_NAMES = 100
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A course system's file, understood."""

    table: Table
    people: Sequence[Person]
    column: int
    """The one to fill."""
    maximum: float | None
    """Points possible there, where the file says so."""
    comma: bool
    """Whether the file writes 0,5 for a half."""
    locked: frozenset[int]
    """Rows in which the system would not take a grade, or must not: excused, or not assigned."""

    @property
    def title(self) -> str:
        """What the column is called."""
        return self.table.header[self.column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The file with the marks, and what a person should know about them."""

    data: bytes
    lines: Sequence[str]
    complete: bool
    """Whether every mark found its place."""
    waiting: int
    """How many wait for a person."""


def number(text: str) -> float | None:
    """A number as a course system writes it, with a point or a comma; None if it is none."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def fill(sheet: Sheet, matches: Matches, *, scale: bool) -> Filled:
    """Put the marks into the sheet's column.

    A cell keeps its bytes where nothing counts yet, and where its value is the mark already.

    Args:
        sheet: the file.
        matches: whose mark belongs where.
        scale: whether points are converted if the column has another maximum.

    Raises:
        UsageError: it has another maximum, and they are not to be converted.
    """
    cells, waiting, locked = {}, [], []
    new = changed = 0
    for row, mark in matches.found.items():
        before = sheet.table.value(row, sheet.column)
        if row in sheet.locked:
            locked.append(mark)
            continue
        if mark.score is None:
            waiting.append(mark)
            continue
        text = points(mark.score * _factor(sheet, mark, scale=scale))
        old = number(before)
        if old is not None and old == float(text):
            continue
        cells[row, sheet.column] = text.replace(".", ",") if sheet.comma else text
        new += old is None
        changed += old is not None
    filled = len(matches.found) - len(waiting) - len(locked)
    counted = (
        f"{filled} of {len(sheet.people)} students have a mark in the column {one_line(sheet.title)!r}: "
        f"{new} new, {changed} changed, {filled - new - changed} as before"
    )
    lines = [counted, *_notes(sheet, matches, waiting, locked)]
    return Filled(
        data=sheet.table.filled(cells),
        lines=[inert(line) for line in lines],
        complete=not (matches.unknown or matches.rivals or locked),
        waiting=len(waiting),
    )


def _factor(sheet: Sheet, mark: Mark, *, scale: bool) -> float:
    if sheet.maximum is None or sheet.maximum == mark.max_score:
        return 1.0
    if not scale:
        raise UsageError(
            f"the column {one_line(sheet.title)!r} has {points(sheet.maximum)} points, but "
            f"{one_line(mark.result.assignment)} has {points(mark.max_score)}; "
            f"set the same number there, or convert with --scale"
        )
    if not mark.max_score:
        raise UsageError(f"cannot convert a mark out of 0 points: {one_line(mark.submission)}")
    return sheet.maximum / mark.max_score


def _notes(sheet: Sheet, matches: Matches, waiting: Sequence[Mark], locked: Sequence[Mark]) -> list[str]:
    file = one_line(sheet.table.name)
    called = {person.row: _named(person) for person in sheet.people}
    notes: Mapping[str, Sequence[str]] = {
        "a person has to look, cell left as it was": [one_line(mark.submission) for mark in waiting],
        f"graded, but not found in {file}": [one_line(mark.submission) for mark in matches.unknown],
        "several submissions for one student, cell left as it was": [
            f"{_named(person)} ({', '.join(one_line(mark.submission) for mark in marks)})"
            for person, marks in matches.rivals
        ],
        "excused, not assigned or locked there, cell left as it was": [
            one_line(mark.submission) for mark in locked
        ],
        "found by name alone": [
            f"{one_line(mark.submission)} is {_named(person)}" for mark, person in matches.by_name
        ],
        f"in {file}, but not graded": [called[person.row] for person in matches.absent],
        "upload the file without opening it in a spreadsheet, which would compute these names": [
            called[person.row] for person in sheet.people if is_formula(person.name)
        ],
    }
    return [line for what, names in notes.items() for line in listed(what, names)]


def _named(person: Person) -> str:
    return one_line(person.name) or next(filter(None, (person.own, *map(one_line, person.ids))), "(no name)")


def listed(what: str, names: Sequence[str]) -> list[str]:
    """One line that says how many and names the first of them; nothing if there are none."""
    if not names:
        return []
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return [f"{what} ({len(names)}): {'; '.join(names[:_MAX_NAMES])}{more}"]
