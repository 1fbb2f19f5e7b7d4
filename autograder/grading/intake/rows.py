"""From what was handed in to one row per student: who is who, and what is the newest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.arrivals import Arrival, Source
from autograder.grading.intake.naming import printable

if TYPE_CHECKING:
    from autograder.grading.intake.layouts import Student
    from autograder.grading.intake.roster import Roster
    from autograder.grading.intake.units import Piece, Unit

_MAX_NAMES = 100


class HandedIn:
    """What one student handed in at one time.

    Args:
        student: who, as the place says where it was found.
        position: of the path in which it was found, among all paths.
        path: the notebook, the student's folder, or what the unit was found in.
        unit: the files, if one of them has to be chosen.
        trouble: one sentence if there is no single notebook to grade.
    """

    def __init__(
        self, student: Student, position: int, path: Path, *, unit: Unit | None = None, trouble: str = ""
    ) -> None:
        self.student = student
        self.position = position
        self.path = path
        self.unit = unit
        self.trouble = trouble
        self.notebook: Piece | None = None
        self.older: list[Piece] = []
        if unit is not None:
            self.notebook, self.older, self.trouble = unit.chosen()

    @property
    def order(self) -> int:
        """The larger, the newer, within one system; 0: unknown."""
        return self.notebook.order if self.notebook else 0

    def arrival(self, *, file_times: bool) -> Arrival | None:
        """When it was handed in, if somebody says so.

        Args:
            file_times: believe the time of a file that lies in a folder. A zip's own name no time zone.
        """
        if self.unit is not None and self.unit.handed_in is not None:
            return Arrival(self.unit.handed_in, Source.GRADESCOPE)
        if not file_times or self.trouble:
            return None
        path: Path | None = self.path
        if self.unit is not None:
            path = self.notebook.file.path if self.notebook else None
        if path is None:
            return None
        try:
            return Arrival(datetime.fromtimestamp(int(path.lstat().st_mtime), UTC), Source.FILE)
        except (OSError, ValueError, OverflowError):
            return None

    @property
    def source(self) -> str:
        """What to call it."""
        return f"{self.path.name}/{self.notebook.file.name}" if self.notebook else str(self.path)


class Row:
    """All that one student handed in.

    Attributes:
        entry: the student's id in the roster, or what the files say.
        known: whether the roster knows the student.
        newest: what counts.
        trouble: one sentence if that cannot be graded.
        older: what each piece that doesn't count is called.
    """

    def __init__(self, entry: str, handed_in: Sequence[HandedIn], *, known: bool) -> None:
        self.entry = entry
        self.known = known
        same = len({one.student.system for one in handed_in}) == 1 and all(one.order for one in handed_in)
        when = {id(one): (one.order if same else 0, one.position) for one in handed_in}
        *older, self.newest = sorted(handed_in, key=lambda one: when[id(one)])
        self.trouble = self.newest.trouble
        if older and when[id(older[-1])] == when[id(self.newest)]:
            self.trouble = f"There are {len(handed_in)} submissions, and nothing says which is the newest."
        accounts = {(one.student.system, one.student.key) for one in handed_in if one.student.system}
        if len(accounts) > len({system for system, _ in accounts}):
            self.trouble = f"{len(accounts)} accounts of the course system may be this student's."
        self.older = [one.source for one in older]
        self.older += [f"{one.path.name}/{piece.file.name}" for one in handed_in for piece in one.older]


def rows_of(handed_in: Sequence[HandedIn], roster: Roster | None) -> list[Row]:
    """A row for each student; those of the roster come first, so that nobody else gets the name of one."""
    by_id = {id(one): roster.by_id(one.student) if roster else None for one in handed_in}
    # Names can be chosen: nobody gets the row of another by their name.
    taken = {(one.student.system, member) for one in handed_in if (member := by_id[id(one)])}
    students: dict[tuple[bool, str, str], tuple[str, list[HandedIn]]] = {}
    for one in handed_in:
        member = by_id[id(one)]
        if member is None and roster is not None:
            member = roster.by_name(one.student)
            member = None if (one.student.system, member) in taken else member
        if member:
            key, entry = (True, "", member.id), member.id
        else:
            key, entry = (False, one.student.system, one.student.key), one.student.label
        students.setdefault(key, (entry, []))[1].append(one)
    rows = [Row(entry, some, known=known) for (known, _, _), (entry, some) in students.items()]
    return sorted(rows, key=lambda row: (not row.known, os.fsencode(row.entry)))


def notes_on(rows: Sequence[tuple[Row, str]], roster: Roster | None) -> list[str]:
    """What a person should know of rows, each with the name that it has got."""
    several = [
        f"{name}: {printable(row.newest.source)} counts, not {', '.join(map(printable, row.older))}"
        for row, name in rows
        if row.older
    ]
    notes = several[:_MAX_NAMES]
    if len(several) > _MAX_NAMES:
        notes.append(f"{len(several) - _MAX_NAMES} more handed in several times; the newest counts")
    if roster is None:
        return notes
    known = {row.entry for row, _ in rows if row.known}
    missing = [
        f"{printable(member.id)} ({printable(member.name)})" if member.name else printable(member.id)
        for member in roster.members
        if member.id not in known
    ]
    unknown = [name for row, name in rows if not row.known]
    return [
        *notes,
        *listed("not in the roster", unknown),
        *listed("in the roster, but handed nothing in", missing),
    ]


def listed(what: str, names: Sequence[str]) -> list[str]:
    """A line that counts and names them; none if there are none."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return [f"{what} ({len(names)}): {', '.join(names[:_MAX_NAMES])}{more}"] if names else []
