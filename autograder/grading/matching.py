"""Whose mark belongs in which line of a course system's file."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.grading.intake.roster import folded, orders

if TYPE_CHECKING:
    from autograder.grading.counted import Mark
    from autograder.grading.intake.roster import Member, Roster

_LABEL = re.compile(r"(?P<name>.+)_(?P<number>\d+)", re.DOTALL)
"""What a submission is called that came from a course system and that no roster knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A student in a course system's file."""

    row: int
    own: str
    """The number that the system itself gives them; empty where the file has none."""
    ids: tuple[str, ...]
    """What the institution calls them: an id, a login, an address."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Who was found, and who was not."""

    found: Mapping[int, Mark]
    """By row."""
    by_name: Sequence[tuple[Mark, Person]]
    """Those of them for whom nothing but the name spoke."""
    unknown: Sequence[Mark]
    """Graded, but nobody in the file, or more than one, can be meant."""
    rivals: Sequence[tuple[Person, Sequence[Mark]]]
    """Several submissions that belong to one person."""
    absent: Sequence[Person]
    """In the file, but not graded."""


def match(marks: Sequence[Mark], people: Sequence[Person], system: str, roster: Roster | None) -> Matches:
    """Find the person of each mark: by id if anything has one, else by a name that only one person has.

    Args:
        marks: what counts.
        people: the students in the file.
        system: ``"canvas"`` or ``"moodle"``: the column of the roster that holds their numbers there.
        roster: what knows more about a submission's name.
    """
    members = {folded(member.id): member for member in roster.members} if roster else {}
    own, ids, names = _index(people)
    sure: dict[int, list[Mark]] = defaultdict(list)
    likely: dict[int, list[Mark]] = defaultdict(list)
    unknown = []
    for mark in marks:
        member = members.get(folded(mark.submission))
        certain, maybe = _candidates(mark.submission, member, system, own, ids, names)
        if len(certain) == 1:
            sure[next(iter(certain))].append(mark)
        elif not certain and len(maybe) == 1:
            likely[next(iter(maybe))].append(mark)
        else:
            unknown.append(mark)
    found, by_name, rivals = {}, [], []
    for person in people:
        claims = sure[person.row] or likely[person.row]
        if sure[person.row]:  # nobody gets the line of another by their name
            unknown += likely[person.row]
        if len(claims) == 1:
            found[person.row] = claims[0]
            if not sure[person.row]:
                by_name.append((claims[0], person))
        elif claims:
            rivals.append((person, claims))
    taken = {*found, *(person.row for person, _ in rivals)}
    return Matches(
        found=found,
        by_name=by_name,
        unknown=sorted(unknown, key=lambda mark: mark.submission),
        rivals=rivals,
        absent=[person for person in people if person.row not in taken],
    )


_Index = Mapping[str, set[int]]


def _index(people: Iterable[Person]) -> tuple[_Index, _Index, _Index]:
    own: defaultdict[str, set[int]] = defaultdict(set)
    ids: defaultdict[str, set[int]] = defaultdict(set)
    names: defaultdict[str, set[int]] = defaultdict(set)
    for person in people:
        if person.own:
            own[folded(person.own)].add(person.row)
        for id in filter(None, person.ids):
            ids[folded(id)].add(person.row)
        for key in orders(person.name):
            names[key].add(person.row)
    return own, ids, names


def _candidates(
    submission: str, member: Member | None, system: str, own: _Index, ids: _Index, names: _Index
) -> tuple[set[int], set[int]]:
    """The rows that the ids of a submission say, and those that its name says."""
    if member is not None:
        if system in member.own:  # whoever has another number there is somebody else
            number = member.own[system]
            return own.get(folded(_digits(number)), set()) | ids.get(folded(number), set()), set()
        return ids.get(folded(member.id), set()), _named(member.name, names)
    label = _LABEL.fullmatch(submission)
    certain = set(ids.get(folded(submission), set()))
    if label:
        certain |= own.get(label["number"], set())
    return certain, _named(label["name"] if label else submission, names)


def _digits(number: str) -> str:
    """A number as the system's own column has it: "Participant 17" is 17."""
    found = re.search(r"\d+$", number)
    return found[0] if found else number


def _named(name: str, names: _Index) -> set[int]:
    counts = Counter(row for key in orders(name) for row in names.get(key, ()))
    return set(counts)
