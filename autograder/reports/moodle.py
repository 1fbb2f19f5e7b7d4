"""Moodle's grading worksheet of an assignment, or its exported gradebook; both are imported there again.

::

    Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,...
    Participant 4454589,Ada Lovelace,ada@example.edu,Submitted for grading,,20.00,Yes,

    First name,Last name,ID number,Institution,Department,Email address,Assignment: Autograd (Real),...

Moodle translates the names of the columns. Those of an English one are known here; for others, the column to
fill and the one that tells students apart are named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import UsageError
from autograder.grading.matching import Person
from autograder.reports.csv_file import Table
from autograder.reports.roundtrip import Sheet, number

_OWN = "identifier"
_IDS = ("id number", "email address", "username", "idnumber", "email")
_WHOLE_NAME = ("full name", "fullname", "name")
_PARTS = ("first name", "firstname", "last name", "lastname", "surname")
_MAXIMUM = "maximum grade"
_CHANGEABLE = "grade can be changed"
_PARTICIPANT = re.compile(r"(?:.*\s)?(\d+)", re.DOTALL)


def read(data: bytes, name: str, wanted: Sequence[str], *, match: str | None = None) -> Sheet:
    """Understand an exported worksheet or gradebook.

    Args:
        data: its bytes.
        name: what to call it in messages.
        wanted: what the column to fill may be called, the best first; an item X of the gradebook is
            ``"Assignment: X (Real)"``.
        match: what the column is called that tells students apart, where the usual ones are missing.

    Raises:
        UsageError: it is unclear which column is meant.
    """
    table = Table(data, name)
    columns = [title.lower() for title in table.header]
    at = {title: place for place, title in reversed(list(enumerate(columns)))}
    if match is not None and match.strip().lower() not in at:
        raise UsageError(f"there is no column {match!r} ({_listed(table)}): {name}")
    usual = [key for key in (_OWN, *_IDS) if key in at]
    keys = [match.strip().lower()] if match is not None else usual
    if not keys:
        raise UsageError(
            f"no column that tells students apart is known; name one with --match ({_listed(table)}): {name}"
        )
    column = _column(table, wanted, {at[key] for key in keys})
    people = []
    for row in range(1, len(table.rows)):
        values = [table.value(row, at[key]) for key in keys]
        if not any(values):
            continue
        whole = [table.value(row, at[key]) for key in _WHOLE_NAME if key in at][:1]
        parts = [table.value(row, at[key]) for key in _PARTS if key in at]
        people.append(
            Person(
                row=row,
                own=_own(values[0], identifier=keys[0] == _OWN),
                ids=tuple(value for key, value in zip(keys, values, strict=True) if key != _OWN),
                name=whole[0] if whole and whole[0] else " ".join(parts),
            )
        )
    maxima = {table.value(p.row, at[_MAXIMUM]) for p in people if _MAXIMUM in at} - {""}
    grades = [table.value(p.row, column) for p in people]
    locked = {
        p.row for p in people if _CHANGEABLE in at and table.value(p.row, at[_CHANGEABLE]).lower() == "no"
    }
    if len(maxima) > 1 or any(number(maximum) is None for maximum in maxima):
        raise UsageError(f"the maximum grade is no number, or not the same for all: {name}")
    return Sheet(
        table=table,
        people=people,
        column=column,
        maximum=next((number(maximum) for maximum in maxima), None),
        comma=any("," in text for text in (*maxima, *grades) if number(text) is not None),
        locked=frozenset(locked),
    )


def _own(value: str, *, identifier: bool) -> str:
    """The number of a participant; the word before it is translated, and tells it from other numbers."""
    found = _PARTICIPANT.fullmatch(value)
    return found[1] if found and (identifier or found[1] != value) else ""


def _column(table: Table, wanted: Sequence[str], taken: set[int]) -> int:
    possible = {place: title.casefold() for place, title in enumerate(table.header) if place not in taken}
    for name in (name.strip().casefold() for name in wanted):
        item = re.compile(rf".*: {re.escape(name)}(?: \(.*\))?", re.DOTALL)
        for fits in (name.__eq__, item.fullmatch):
            found = [place for place, title in possible.items() if fits(title)]
            if len(found) == 1:
                return found[0]
    raise UsageError(
        f"it is unclear which column to fill; name it with --column ({_listed(table)}): {table.name}"
    )


def _listed(table: Table) -> str:
    return ", ".join(repr(title) for title in table.header) or "it is empty"
