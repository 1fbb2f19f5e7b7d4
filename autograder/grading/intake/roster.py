"""Who is in the course: a CSV file with the columns ``id`` and ``name``, and what a course system calls them.

::

    id;name;canvas
    s1001;"Lovelace, Ada";40213

Columns ``canvas``, ``moodle`` and ``gradescope`` hold a student's id in that system where it differs; others
are ignored. Fields are separated as the first line says: by commas, semicolons (Excel) or tabs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.grading.intake.table import read_table

if TYPE_CHECKING:
    from autograder.grading.intake.layouts import Student

_SYSTEMS = ("canvas", "moodle", "gradescope")


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A student of the course."""

    id: str
    name: str
    own: Mapping[str, str]
    """System to the student's id there, where the roster has one."""


class Roster:
    """The students of a course.

    Raises:
        UsageError: two of them have the same id, here or in a system.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        self._by_id: dict[tuple[str, str], Member] = {}
        self._by_name: defaultdict[str, list[Member]] = defaultdict(list)
        for member in members:
            for system, id in (("", member.id), *member.own.items()):
                other = self._by_id.setdefault((system, folded(id)), member)
                if other is not member:
                    whose = f"{system} id" if system else "id"
                    names = f"{other.name or other.id} and {member.name or member.id}"
                    raise UsageError(f"two students of the roster have the {whose} {id}: {names}")
            for key in orders(member.name):
                self._by_name[key].append(member)

    def by_id(self, student: Student) -> Member | None:
        """Who has the id that a student has in a course system.

        The roster's own ids are those of Gradescope too, unless it has others for it. A number of Canvas or
        Moodle is something else, and names nobody whose name is another.
        """
        system = student.system.lower()
        for id in student.ids:
            if member := self._by_id.get((system, folded(id))):
                return member
        others = [self._by_id.get(("", folded(id))) for id in student.ids]
        possible = [member for member in others if member and system not in member.own]
        if system != "gradescope" and student.name:
            same_name = self._of_name(student)
            possible = [member for member in possible if not member.name or member in same_name]
        return possible[0] if possible else None

    def by_name(self, student: Student) -> Member | None:
        """Who has the name that a student has in a course system, if that is one only.

        The words may be in any rotation ("Ada Lovelace" is also "lovelaceada"). Who has another id in that
        system is somebody else.
        """
        found = [member for member in self._of_name(student) if student.system.lower() not in member.own]
        return found[0] if len(found) == 1 else None

    def _of_name(self, student: Student) -> list[Member]:
        same = {member.id: member for key in orders(student.name) for member in self._by_name.get(key, ())}
        return list(same.values())


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        UsageError: it cannot be read, has no column ``id``, a student without id, or the same id twice.
    """
    rows: dict[tuple[str, ...], Member] = {}
    for _, row in read_table(path, "roster", ("id",)):
        own = {system: row[system] for system in _SYSTEMS if row.get(system)}
        member = Member(row["id"], row.get("name", ""), own)
        # a student of two sections has two lines that say the same
        rows.setdefault((member.id, member.name, *sorted(own.values())), member)
    return Roster(list(rows.values()))


def folded(text: str) -> str:
    """What two ids or names have in common that differ in nothing but case, width or space around them."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def orders(name: str) -> set[str]:
    """The letters of a name, its words in each rotation: course systems put the last name first or last."""
    words = re.findall(r"[^\W_]+", folded(name))
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}
