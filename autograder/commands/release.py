"""``autograder release``: student notebooks from the reference."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from autograder.commands.common import DIFFERENT, OK, add_course, course, say, with_reference
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.course import Assignment


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="folder name under assignments/")
    parser.add_argument("--all", action="store_true", help="all assignments that have a reference")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook differs")
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Write the notebooks, or only compare them."""
    taught = course(options.course)
    if bool(options.names) == options.all:
        raise UsageError("name the assignments to release, or use --all")
    assignments = with_reference(taught, options.names)
    different = [assignment for assignment in assignments if _release_one(assignment, check=options.check)]
    return DIFFERENT if options.check and different else OK


def _release_one(assignment: Assignment, *, check: bool) -> bool:
    """Write a student notebook, or only compare it; returns whether it differed."""
    from autograder.notebook.release import release
    from autograder.reports.json_file import write_text

    text = release(assignment)
    path = assignment.notebook_path
    differs = not path.is_file() or path.read_bytes() != text.encode()
    if not differs:
        say(f"up to date: {path}")
    elif check:
        say(f"differs from its reference (run 'autograder release {assignment.name}'): {path}")
    else:
        write_text(path, text)
        say(f"written: {path}")
    return differs
