"""``autograder mark``: points by hand."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation

from autograder.commands.adjust import add_who_and_why, why
from autograder.commands.common import OK, entries_of, gradebook_file, say, tell
from autograder.errors import UsageError

_DECIMALS = 4


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_who_and_why(parser)
    parser.add_argument(
        "--question",
        default="",
        metavar="NUMBER",
        help="whose points these are; without it, they are what counts for the whole assignment",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--points", metavar="POINTS", help="a number, e.g. 2.5")
    what.add_argument("--withdraw", action="store_true", help="let the points of the tests count again")


def run(options: argparse.Namespace) -> int:
    """Store it."""
    from autograder.grading.adjustments import Adjustment, Kind
    from autograder.grading.counting import exact
    from autograder.grading.gradebook import Gradebook
    from autograder.grading.standings import standings
    from autograder.reports.text import one_line

    reason, author = why(options)
    with Gradebook(gradebook_file(options.gradebook), tell=tell) as gradebook:
        entries = entries_of(gradebook, options.student)
        name = entries[0].result.submission
        results = {entry.result.assignment: entry.result for entry in entries}
        result = results.get(options.assignment)
        if result is None:
            known = ", ".join(results)
            raise UsageError(
                f"{name} has no submission for this assignment (has: {known}): {options.assignment}"
            )
        most = {question.id: question.max_points for question in result.questions}
        if options.question and options.question not in most:
            raise UsageError(
                f"there is no such question in {result.assignment} (there are: {', '.join(most)}): "
                f"{options.question}"
            )
        value = ""
        if not options.withdraw:
            highest = exact(most[options.question]) if options.question else exact(result.max_score)
            if not options.question and not highest:  # nobody could judge it; others may be known
                highest = standings(gradebook, only=name).most[result.assignment]
                if not highest:
                    raise UsageError(
                        f"nothing of {result.assignment} has been judged yet, so nobody knows of how many "
                        f"points it is: {gradebook.path}"
                    )
            value = f"{_points(options.points, highest):f}"
        adjustment = Adjustment(
            student=name,
            assignment=result.assignment,
            question=options.question,
            kind=Kind.POINTS,
            value=value,
            reason=reason,
            author=author,
        )
        gradebook.adjustments.add(adjustment)
    what = f"question {options.question}" if options.question else "all of it"
    counts = f"{value} points by hand" if value else "what the tests say counts again"
    say(f"{one_line(name)}, {one_line(result.assignment)}, {what}: {counts}")
    return OK


def _points(text: str, most: Decimal) -> Decimal:
    try:
        points = Decimal(text.strip())
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= most or points != round(points, _DECIMALS):
        raise UsageError(
            f"--points must be a number from 0 to {most.normalize():f} with at most {_DECIMALS} decimals: "
            f"{text!r}"
        )
    return points
