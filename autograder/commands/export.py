"""``autograder export``: marks for course systems and other tools."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.common import (
    DIFFERENT,
    NOT_JUDGED,
    OK,
    add_course,
    add_roster,
    counting_rules,
    course,
    gradebook_file,
    say,
)
from autograder.course import Course
from autograder.errors import UsageError
from autograder.reports.gradescope import VISIBILITIES
from autograder.reports.text import one_line

if TYPE_CHECKING:
    from autograder.grading.counted import Mark
    from autograder.reports.roundtrip import Sheet

_FILLED = ("canvas", "moodle")
_ZIP = "gradescope-zip"
_FORMATS = (*_FILLED, "csv", "junit", "gradescope", _ZIP)
_ONLY_WITH = {
    **dict.fromkeys(("into", "column", "roster", "scale"), _FILLED),
    "match": ("moodle",),
    "student": ("junit",),
    "visibility": ("gradescope", _ZIP),
    "hidden": (_ZIP,),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "gradebook",
        nargs="?",
        type=Path,
        metavar="GRADEBOOK",
        help=f"file or folder that 'grade' wrote ({_ZIP} needs none)",
    )
    parser.add_argument("--format", required=True, choices=_FORMATS)
    parser.add_argument("--assignment", metavar="NAME", help="if the gradebook has several")
    parser.add_argument("--out", type=Path, metavar="PATH", help="file, or folder for 'gradescope'")
    fill = parser.add_argument_group("canvas, moodle")
    fill.add_argument("--into", type=Path, metavar="FILE", help="what the course system exported, to fill in")
    fill.add_argument("--column", metavar="NAME", help="what the column to fill is called there")
    fill.add_argument("--match", metavar="NAME", help="moodle: the column that tells students apart")
    add_roster(fill)
    fill.add_argument("--scale", action="store_true", help="convert points if the column has another maximum")
    others = parser.add_argument_group("others")
    others.add_argument("--student", action="store_true", help="junit: only what students may see")
    others.add_argument("--visibility", choices=VISIBILITIES, help="gradescope: when students see it")
    others.add_argument("--hidden", action="store_true", help=f"{_ZIP}: run the hidden tests too")
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Export."""
    for name, formats in _ONLY_WITH.items():
        if getattr(options, name) not in (None, False) and options.format not in formats:
            raise UsageError(f"--{name} is of no use with --format {options.format}")
    if options.format == _ZIP:
        return _zip(options)
    if options.gradebook is None:
        raise UsageError("name the gradebook, or its folder")
    if options.format in _FILLED and options.into is None:
        system = options.format.capitalize()
        raise UsageError(f"export the grades from {system} first, and name that file with --into")
    from autograder.grading.counted import marks
    from autograder.grading.gradebook import Gradebook

    policy, rules = counting_rules(options.course)
    with Gradebook(gradebook_file(options.gradebook)) as gradebook:
        found = marks(gradebook, options.assignment, policy, rules)
    if not found:
        raise UsageError(f"nothing in it counts yet: {options.gradebook}")
    if found[0].result.assignment not in rules:
        say("due dates and lateness do not count: the course is not here (name it with --course)")
    if options.format in _FILLED:
        return _fill(options, found)
    if options.format == "gradescope":
        return _gradescope(options, found)
    return _written(options, found)


def _default(options: argparse.Namespace, name: str) -> Path:
    folder = options.gradebook if options.gradebook.is_dir() else options.gradebook.parent
    out: Path | None = options.out
    return out if out is not None else folder / "export" / name


def _fill(options: argparse.Namespace, marks: Sequence[Mark]) -> int:
    from autograder.grading.intake.roster import read_roster
    from autograder.grading.matching import match
    from autograder.reports.json_file import write_bytes
    from autograder.reports.roundtrip import fill

    target = _default(options, f"{options.format}-{options.into.name}")
    if target.resolve() == options.into.resolve():
        raise UsageError(f"write to another file, and keep the one that was exported: {target}")
    sheet = _sheet(options, marks)
    roster = read_roster(options.roster) if options.roster else None
    filled = fill(sheet, match(marks, sheet.people, options.format, roster), scale=options.scale)
    write_bytes(target, filled.data)
    for line in [*filled.lines, f"written    {one_line(target, limit=600)}"]:
        say(line)
    return NOT_JUDGED if filled.waiting else OK if filled.complete else DIFFERENT


def _sheet(options: argparse.Namespace, marks: Sequence[Mark]) -> Sheet:
    from autograder.reports import canvas, moodle

    try:
        data = options.into.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read it ({error.strerror}): {options.into}") from None
    name = options.into.name
    wanted = [options.column] if options.column is not None else _titles(options.course, marks)
    if options.format == "canvas":
        return canvas.read(data, name, wanted)
    usual = [] if options.column is not None else ["Grade"]
    return moodle.read(data, name, [*wanted, *usual], match=options.match)


def _titles(given: Path | None, marks: Sequence[Mark]) -> list[str]:
    """What a course system may call the assignment: its title, if the course is here, or its name."""
    name = marks[0].result.assignment
    found = course(given) if given is not None else Course.find(Path.cwd())
    titles = [a.title for a in found.assignments() if a.name == name] if found else []
    return [*titles, name]


def _gradescope(options: argparse.Namespace, marks: Sequence[Mark]) -> int:
    from autograder.grading.intake.naming import Found, named
    from autograder.reports.gradescope import text
    from autograder.reports.json_file import write_text
    from autograder.reports.roundtrip import listed

    target = _default(options, "gradescope")
    alone = target.suffix == ".json"
    if alone and len(marks) > 1:
        raise UsageError(f"{len(marks)} submissions need a folder to be written to: {target}")
    files = named([Found(f"{mark.submission}.ipynb", target) for mark in marks])
    texts = [text(mark, visibility=options.visibility or "visible") for mark in marks]
    for file, content in zip(files, texts, strict=True):
        if content is not None:
            write_text(target if alone else target / f"{file.file_name}.json", content)
    waiting = [
        one_line(mark.submission) for mark, content in zip(marks, texts, strict=True) if content is None
    ]
    for line in listed("a person has to look, nothing written", waiting):
        say(line)
    say(f"written    {one_line(target, limit=600)}  ({len(marks) - len(waiting)} of {len(marks)})")
    return NOT_JUDGED if waiting else OK


def _written(options: argparse.Namespace, marks: Sequence[Mark]) -> int:
    from autograder.reports import junit, spreadsheet
    from autograder.reports.json_file import write_text
    from autograder.reports.roundtrip import listed

    if options.format == "csv":
        target, content = _default(options, "grades.csv"), spreadsheet.text(marks)
    else:
        target, content = _default(options, "junit.xml"), junit.text(marks, student=options.student)
    write_text(target, content)
    waiting = [one_line(mark.submission) for mark in marks if mark.score is None]
    for line in listed("a person has to look", waiting):
        say(line)
    say(f"written    {one_line(target, limit=600)}  ({len(marks)} submissions)")
    return NOT_JUDGED if waiting else OK


def _zip(options: argparse.Namespace) -> int:
    from autograder.gradescope.bundle import bundle
    from autograder.reports.json_file import write_bytes

    if options.assignment is None:
        raise UsageError("name the assignment to pack with --assignment")
    assignment = course(options.course).assignment(options.assignment)
    target = options.out or Path(f"gradescope-{assignment.name}.zip")
    write_bytes(target, bundle(assignment, hidden=options.hidden, visibility=options.visibility))
    say(f"written    {one_line(target, limit=600)}")
    return OK
