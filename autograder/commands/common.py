"""What several commands share: exit codes, finding the course, JSON output, options."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.policy import CoursePolicy, Rules
from autograder.reports.text import inert

if TYPE_CHECKING:
    from autograder.grading.gradebook import Entry, Gradebook
    from autograder.verdict import Json

OK, DIFFERENT, USAGE, NOT_JUDGED, INTERRUPTED = 0, 1, 2, 3, 130


def say(text: str) -> None:
    """Print lines if there still is somebody to read it: work that is done and stored must not be lost."""
    try:
        print(inert(text), flush=True)
    except OSError:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - or Python complains at its end
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def tell(text: str) -> None:
    """Print what a person who waits should know, beside what a command prints."""
    print(inert(f"autograder: {text}"), file=sys.stderr, flush=True)


def add_roster(parser: argparse._ActionsContainer) -> None:
    """Add the option that names the students."""
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="CSV file with the students' id, name, canvas, ..."
    )


def add_course(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the course."""
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="folder with assignments/ (default: found from here upwards)",
    )


def add_override(parser: argparse.ArgumentParser) -> None:
    """Add the option that insists on running hidden tests where nothing keeps a notebook from them."""
    parser.add_argument(
        "--allow-unsandboxed-grading",
        action="store_true",
        help="run hidden tests even if notebooks can read them; results then say 'isolation: none'",
    )


def course(given: Path | None) -> Course:
    """The course that was named, or the one around the current folder.

    Raises:
        UsageError: there is none.
    """
    if given is not None:
        if not (given / "assignments").is_dir():
            raise UsageError(f"there is no folder 'assignments' in the course: {given}")
        return Course(root=given.resolve())
    found = Course.find(Path.cwd())
    if found is None:
        raise UsageError(
            "there is no course (a folder with assignments/) here or above; name one with --course"
        )
    return found


def counting_rules(given: Path | None) -> tuple[CoursePolicy, dict[str, Rules]]:
    """How grades count: by the course that was named or is around the current folder, or as they are.

    Raises:
        UsageError: the course's settings are wrong.
    """
    taught = course(given) if given is not None else Course.find(Path.cwd())
    return (taught.policy(), taught.rules()) if taught else (CoursePolicy(), {})


def with_reference(course: Course, names: Sequence[str]) -> list[Assignment]:
    """The assignments of these names; without names, all that have a reference."""
    if names:
        return [course.assignment(name) for name in names]
    return [assignment for assignment in course.assignments() if assignment.reference_source.is_file()]


def gradebook_file(given: Path) -> Path:
    """The gradebook that was named, by itself or by its folder."""
    return given / "gradebook.db" if given.is_dir() else given


def entries_of(gradebook: Gradebook, name: str) -> list[Entry]:
    """What counts of the submission that was named, perhaps as its file is called.

    Raises:
        UsageError: there is none.
    """
    entries = gradebook.latest(name) or gradebook.latest(name.removesuffix(".ipynb"))
    if not entries:
        known = gradebook.submissions()
        some = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        raise UsageError(f"there is no submission of that name (there are: {some or 'none'}): {name}")
    return entries


def positive(text: str) -> int:
    """Type of an option: a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number of at least 1: {text!r}")
    return int(text)


def write_json(path: str | None, data: Json) -> None:
    """Write data where ``--json`` says, if it does."""
    if path is None:
        return
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    if path == "-":
        print(text, end="", file=sys.__stdout__)
    else:
        from autograder.reports.json_file import write_text

        write_text(Path(path), text)
