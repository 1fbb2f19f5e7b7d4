"""``autograder show``: the grades of a class or of one submission, and how they come about."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.common import OK, add_course, counting_rules, entries_of, gradebook_file, say
from autograder.errors import UsageError
from autograder.policy import CoursePolicy, Rules
from autograder.reports.text import clean, one_line

if TYPE_CHECKING:
    from autograder.grading.gradebook import Gradebook


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    parser.add_argument(
        "submission", nargs="?", metavar="SUBMISSION", help="name of a submission (default: all, as a table)"
    )
    parser.add_argument("--student", action="store_true", help="only what the student may see of it")
    parser.add_argument(
        "--history", action="store_true", help="list all attempts and all that was decided by hand"
    )
    parser.add_argument("--outputs", action="store_true", help="show also what its cells printed")
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Show it."""
    from autograder.grading.gradebook import Gradebook
    from autograder.grading.standings import standings
    from autograder.reports import class_list
    from autograder.reports.terminal import to_text

    if options.submission is None and (options.student or options.history or options.outputs):
        raise UsageError("--student, --history and --outputs are about one submission; name it")
    if options.student and options.history:
        raise UsageError("--history tells what students may not see; leave out one of it and --student")
    policy, rules = counting_rules(options.course)
    policy.require_known(rules)
    with Gradebook(gradebook_file(options.gradebook)) as gradebook:
        if options.submission is None:
            lines = class_list.lines(standings(gradebook, policy, rules))
            say(to_text(lines, color=sys.stdout.isatty()).removesuffix("\n"))
            return OK
        name = entries_of(gradebook, options.submission)[0].result.submission
        if options.history:
            _history(gradebook, name)
        else:
            _one(gradebook, name, policy, rules, options)
    return OK


def _one(
    gradebook: Gradebook,
    name: str,
    policy: CoursePolicy,
    rules: dict[str, Rules],
    options: argparse.Namespace,
) -> None:
    from autograder.grading.standings import standings
    from autograder.reports.arithmetic import explained, summed
    from autograder.reports.terminal import Line, render, to_text

    found = standings(gradebook, policy, rules, only=name)
    (standing,) = found.students
    for assignment, counted in sorted(standing.counted.items()):
        entry = gradebook.attempt(counted.attempt.number)
        if entry is None:
            continue
        lines = render(entry.result.for_student() if options.student else entry.result)
        if entry.trouble and not options.student:
            lines.append(Line(one_line(entry.trouble, limit=600)))
        rule = rules.get(assignment, Rules())
        lines += explained(assignment, standing, rule, policy, reasons=not options.student)
        if options.outputs and entry.outputs:
            lines += [Line(""), Line("What its cells printed:", "title")]
            lines += [Line(f"  {text}") for text in clean(entry.outputs, limit=10_000).splitlines()]
        say(to_text(lines, color=sys.stdout.isatty()).removesuffix("\n"))
    total = summed(standing, found.most, policy)
    if total:
        say(to_text(total, color=sys.stdout.isatty()).removesuffix("\n"))


def _history(gradebook: Gradebook, name: str) -> None:
    from autograder.grading.adjustments import Kind, in_force
    from autograder.reports.terminal import score
    from autograder.student.monitor import size

    for number, entry in gradebook.attempts(name):
        facts = (entry.started_at, entry.result.assignment, score(entry.result), entry.result.isolation)
        cost = f"{entry.duration:.1f} s" + ("" if entry.memory is None else f", {size(entry.memory)}")
        waits = "" if entry.taken else "  waits to be taken"
        say(f"{number:>6}  {'  '.join(map(one_line, facts))}  {cost}{waits}")
    adjustments = gradebook.adjustments.all(name)
    held = {one.number for one in in_force(adjustments)}
    for one in adjustments:
        about = f"{one.assignment}, {one.question}" if one.question else one.assignment
        unit = {Kind.POINTS: f"{one.value} points", Kind.UNTIL: f"extended: {one.value}"}[one.kind]
        what = unit if one.value else f"{one.kind} taken back"
        old = "" if one.number in held else "  (no longer holds)"
        say(
            f"{'by hand':>8}  {one.made_at}  {one_line(about)}: {what}; "
            f"{one_line(one.reason, limit=500)}; {one_line(one.author)}{old if one.value else ''}"
        )
