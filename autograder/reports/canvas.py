"""Canvas' gradebook, exported by Grades > Export and imported there again.

::

    Student,ID,SIS User ID,SIS Login ID,Section,Autograd (4711)
    "    Points Possible",,,,,20.00
    "Lovelace, Ada",11,s1001,ada,Section A,

The names of these columns are not translated (``lib/gradebook_exporter.rb``, ``lib/gradebook_importer.rb``).
A line "Manual Posting" may come before the points, first and last names may be in two columns, and "Student,
Test" is the teacher's own view.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import UsageError
from autograder.grading.matching import Person
from autograder.reports.csv_file import Table
from autograder.reports.roundtrip import Sheet, number

_IDS = ("sis user id", "sis login id", "integration id")
_ABOUT_STUDENTS = {"student", "lastname", "firstname", "id", *_IDS, "root account", "section"}
_COMPUTED = re.compile(r"(current|final) (score|points|grade)|override (score|grade|status)", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*?)\s*\((\d+)\)", re.DOTALL)
_TEST_STUDENT = "Student, Test"


def read(data: bytes, name: str, wanted: Sequence[str]) -> Sheet:
    """Understand an exported gradebook.

    Args:
        data: its bytes.
        name: what to call it in messages.
        wanted: what the column of the assignment may be called, the best first: ``"Autograd (4711)"``,
            ``"Autograd"`` or ``"4711"``.

    Raises:
        UsageError: it is no gradebook of Canvas, or it is unclear which column is meant.
    """
    table = Table(data, name)
    columns = [title.lower() for title in table.header]
    if not ({"student", "lastname"} & set(columns[:1]) and "id" in columns[:3]):
        raise UsageError(f"this is no gradebook that Canvas exported (Grades > Export): {name}")
    at = {title: place for place, title in reversed(list(enumerate(columns)))}
    head = next(
        (row for row in range(1, len(table.rows)) if "points possible" in table.value(row, 0).lower()), None
    )
    column = _column(table, head, wanted)
    possible = table.value(head, column) if head is not None else ""
    people = []
    for row in range(1, len(table.rows)):
        if row == head or table.value(row, 0) in ("", _TEST_STUDENT):  # empty: "Manual Posting"
            continue
        names = [table.value(row, at[key]) for key in ("student", "firstname", "lastname") if key in at]
        people.append(
            Person(
                row=row,
                own=table.value(row, at["id"]),
                ids=tuple(table.value(row, at[key]) for key in _IDS if key in at),
                name=_unquoted(" ".join(names)),
            )
        )
    return Sheet(
        table=table,
        people=people,
        column=column,
        maximum=number(possible),
        comma="," in possible,
        locked=frozenset(p.row for p in people if table.value(p.row, column).upper() in ("EX", "N/A")),
    )


def _unquoted(name: str) -> str:
    """A name as it was before Canvas made a text of what looked like a formula."""
    found = re.fullmatch(r'="(.*)"', name, re.DOTALL)
    return found[1] if found else name


def _column(table: Table, head: int | None, wanted: Sequence[str]) -> int:
    possible = {
        place: title
        for place, title in enumerate(table.header)
        if title.lower() not in _ABOUT_STUDENTS
        and not _COMPUTED.search(title)
        and (head is None or "read only" not in table.value(head, place).lower())
    }
    for name in wanted:
        for part in range(3):
            found = [
                place for place, title in possible.items() if _parts(title)[part] == name.strip().casefold()
            ]
            if len(found) == 1:
                return found[0]
    there = ", ".join(repr(title) for title in possible.values()) or "none"
    asked = " or ".join(repr(name) for name in wanted)
    raise UsageError(
        f"no column, or more than one, is called {asked}; name it with --column: {there}: {table.name}"
    )


def _parts(title: str) -> tuple[str, str | None, str | None]:
    """The title of a column, its part before the number in brackets, and the number."""
    found = _NUMBERED.fullmatch(title)
    return title.casefold(), found[1].casefold() if found else None, found[2] if found else None
