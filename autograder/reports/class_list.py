"""All students and assignments as tables of at most 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.reports.arithmetic import number, percent
from autograder.reports.terminal import Line
from autograder.reports.text import columns, one_line, pad

if TYPE_CHECKING:
    from autograder.grading.counting import Counted
    from autograder.grading.standings import Standings

_WIDTH = 80
_NAME, _CELL, _TOTAL = 24, 9, 10
"""Columns for the student, an assignment and the total; the first two have more where there is room."""
_BETWEEN = 2
_COLUMNS = 4
"""Assignments beside each other: 24 + 4 · (2 + 9) + 10 columns, which leaves two."""
_LEGEND = {
    "*": "* points by hand",
    "'": "' late",
    "?": "? a person has to look; left out of the total",
    "–": "– nothing handed in; counts 0",
}


def lines(standings: Standings) -> list[Line]:
    """The tables; with more assignments than fit beside each other, several of them."""
    names = list(standings.most)
    wide, cell = _widths([standing.student for standing in standings.students], names)
    found = []
    used: set[str] = set()
    for start in range(0, max(len(names), 1), _COLUMNS):
        some = names[start : start + _COLUMNS]
        first = start == 0
        heads = [pad(one_line(name), cell, right=True) for name in some]
        limits = [f"of {number(standings.most[name])}".rjust(cell) for name in some]
        found += [Line("")] if not first else []
        found.append(Line(_row(pad("student", wide), heads, "total" if first else ""), "title"))
        found.append(Line(_row(" " * wide, limits, ""), "dim"))
        for standing in standings.students:
            points = [_cell(standing.counted.get(name)) for name in some]
            used.update(*points)
            share = percent(standing.total.share) if first else ""
            name = pad(one_line(standing.student), wide)
            found.append(Line(_row(name, [each.rjust(cell) for each in points], share)))
    count = len(standings.students)
    legend = [text for mark, text in _LEGEND.items() if mark in used]
    found += [Line(""), Line(f"{count} {'student' if count == 1 else 'students'}")]
    return [*found, *(Line(text, "dim") for text in legend)]


def _widths(students: list[str], assignments: list[str]) -> tuple[int, int]:
    """Columns for the student and for each assignment: what the names need, as far as there is room."""
    beside = min(max(len(assignments), 1), _COLUMNS)
    room = _WIDTH - _TOTAL - beside * (_BETWEEN + _CELL)
    name = min(max((columns(one_line(student)) for student in students), default=0), room)
    name = max(name, _NAME)
    longest = max((columns(one_line(assignment)) for assignment in assignments), default=0)
    return name, max(_CELL, min(longest, _CELL + (room - name) // beside))


def _row(name: str, cells: list[str], total: str) -> str:
    return f"{name}{''.join(f'  {cell}' for cell in cells)}{total:>{_TOTAL}}".rstrip()


def _cell(counted: Counted | None) -> str:
    if counted is None:
        return "–"
    if counted.points is None:
        return "?"
    by_hand = "*" if counted.marks or counted.override else ""
    return f"{number(counted.points)}{by_hand}" + ("'" if counted.days else "")
