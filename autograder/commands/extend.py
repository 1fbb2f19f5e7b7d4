"""``autograder extend``: more time for one student."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.adjust import add_who_and_why, why
from autograder.commands.common import OK, add_course, course, entries_of, gradebook_file, positive, say, tell
from autograder.errors import UsageError

_MOST_DAYS = 1000


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_who_and_why(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--until",
        metavar="DATE",
        help="e.g. 2026-11-09, which is the end of that day, or 2026-11-09T18:00, on the course's clocks",
    )
    what.add_argument("--days", type=positive, metavar="N", help="so many days longer than all others")
    what.add_argument("--withdraw", action="store_true", help="take an extension back")
    parser.add_argument(
        "--before-submission",
        action="store_true",
        help="the gradebook need not know the student yet; nothing then finds a slip in the name",
    )
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Store it."""
    from autograder.grading.adjustments import Adjustment, Kind
    from autograder.grading.gradebook import Gradebook
    from autograder.reports.text import one_line

    reason, author = why(options)
    taught = course(options.course)
    assignment = taught.assignment(options.assignment)
    rules = taught.policy().rules(assignment.deadline, assignment.directory / "assignment.toml")
    if rules.due is None:
        raise UsageError(
            "this assignment has no setting 'due', so nothing is late: "
            f"{assignment.directory / 'assignment.toml'}"
        )
    value, shown = "", "no extension any more"
    if options.until is not None:
        until = rules.due.moment(options.until)
        if until is None:
            raise UsageError(
                f"--until must be a date such as 2026-11-09 or 2026-11-09T18:00: {options.until!r}"
            )
        if until <= rules.due.instant:
            raise UsageError(f"--until is not later than {rules.due}, when it is due anyway: {options.until}")
        value = until.isoformat(timespec="seconds")
        shown = f"until {rules.due.shown(until)}"
    elif options.days is not None:
        if options.days > _MOST_DAYS:
            raise UsageError(f"--days must be at most {_MOST_DAYS}: {options.days}")
        value = f"{options.days} {'day' if options.days == 1 else 'days'}"
        shown = f"{value} longer, until {rules.due.later(options.days)}"
    path = _to_be(options.gradebook) if options.before_submission else gradebook_file(options.gradebook)
    with Gradebook(path, create=options.before_submission, tell=tell) as gradebook:
        if options.before_submission:
            student = one_line(options.student)
        else:
            student = entries_of(gradebook, options.student)[0].result.submission
        adjustment = Adjustment(
            student=student,
            assignment=assignment.name,
            kind=Kind.UNTIL,
            value=value,
            reason=reason,
            author=author,
        )
        gradebook.adjustments.add(adjustment)
    say(f"{one_line(student)}, {one_line(assignment.name)}: {shown}")
    return OK


def _to_be(given: Path) -> Path:
    """The gradebook that was named; a folder that is not there yet is the one that 'grade' will write to.

    Raises:
        UsageError: it cannot be made.
    """
    if given.suffix != ".db":
        try:
            given.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            pass  # a gradebook of another name
        except OSError as error:
            raise UsageError(f"cannot make the folder of the gradebook ({error.strerror}): {given}") from None
    return gradebook_file(given)
