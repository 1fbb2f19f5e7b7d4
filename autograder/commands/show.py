"""``autograder show``: the last grade of one submission."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.commands.common import OK, gradebook_file, say
from autograder.errors import UsageError
from autograder.reports.text import one_line


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    parser.add_argument("submission", metavar="SUBMISSION", help="name of a submission")
    parser.add_argument("--student", action="store_true", help="only what the student may see of it")
    parser.add_argument("--history", action="store_true", help="list all attempts with their numbers")


def run(options: argparse.Namespace) -> int:
    """Show it."""
    from autograder.grading.gradebook import Gradebook
    from autograder.reports.terminal import Line, render, score, to_text

    with Gradebook(gradebook_file(options.gradebook)) as gradebook:
        name = options.submission
        entries = gradebook.latest(name) or gradebook.latest(name.removesuffix(".ipynb"))
        if not entries:
            known = gradebook.submissions()
            some = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
            raise UsageError(f"there is no submission of that name (there are: {some or 'none'}): {name}")
        attempts = gradebook.attempts(entries[0].result.submission)
    if options.history:
        for number, entry in attempts:
            facts = (entry.started_at, entry.result.assignment, score(entry.result), entry.result.isolation)
            waits = "" if entry.taken else "  waits to be taken"
            say(f"{number:>6}  {'  '.join(map(one_line, facts))}{waits}")
        return OK
    for entry in entries:
        lines = render(entry.result.for_student() if options.student else entry.result)
        if entry.trouble and not options.student:
            lines.append(Line(one_line(entry.trouble, limit=600)))
        say(to_text(lines, color=sys.stdout.isatty()).removesuffix("\n"))
    return OK
