"""``autograder replay``: one attempt once more."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from autograder.commands.common import (
    DIFFERENT,
    NOT_JUDGED,
    OK,
    add_course,
    add_override,
    course,
    gradebook_file,
    positive,
    say,
)
from autograder.errors import UsageError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    parser.add_argument(
        "attempt", type=positive, metavar="ATTEMPT", help="number, as 'show --history' gives it"
    )
    add_override(parser)
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Grade it again and compare."""
    from autograder.doctor.choice import choose
    from autograder.doctor.probe import probe_named
    from autograder.grading.gradebook import Gradebook
    from autograder.replay import replay
    from autograder.reports import moves

    path = gradebook_file(options.gradebook)
    with Gradebook(path) as gradebook:
        entry = gradebook.attempt(options.attempt)
    if entry is None:
        raise UsageError(f"there is no attempt of that number in {path}: {options.attempt}")
    assignment = course(options.course).assignment(entry.result.assignment)
    choose(
        entry.result.isolation,
        partial(probe_named, hidden=(assignment.reference_directory, path.parent)),
        hidden=entry.hidden,
        allow=options.allow_unsandboxed_grading,
    )
    found = replay(assignment, path.parent, entry)
    for sentence in found.circumstances:
        say(sentence)
    if found.same:
        say("The grade is the same, to the byte.")
        return OK
    for line in moves.lines([found.move] if found.move else [], 1):
        say(line)
    if not found.move:
        say("Verdicts and points are the same; what is said about them is not.")
    return NOT_JUDGED if found.attempt.result.inconclusive else DIFFERENT
