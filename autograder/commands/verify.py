"""``autograder verify``: solutions whose grade is known."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from autograder.commands.common import (
    DIFFERENT,
    NOT_JUDGED,
    OK,
    add_course,
    course,
    positive,
    with_reference,
    write_json,
)

if TYPE_CHECKING:
    from autograder.course import Assignment


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="folder name under assignments/ (default: all with a reference)",
    )
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help="notebooks at a time (default: one per processor)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON; '-': to standard output")
    parser.add_argument(
        "--each", action="store_true", help="judge each wrong solution in a notebook of its own"
    )
    parser.add_argument(
        "--part",
        type=_part,
        default=(1, 1),
        metavar="K/N",
        help="of the wrong solutions only every N-th, from the K-th on (default: 1/1, all)",
    )
    parser.add_argument("--generate", action="store_true", help="grade mutants of the reference instead")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="with --generate: grade a sample of N mutants"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of that sample (default: 0)")
    parser.add_argument(
        "--at-least",
        type=_share,
        default=0.97,
        metavar="SHARE",
        help="with --generate: exit 1 if fewer of them are killed (default: 0.97)",
    )
    add_course(parser)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1: {text!r}")
    return share


def _part(text: str) -> tuple[int, int]:
    which, _, of = text.partition("/")
    if not (which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of)):
        raise argparse.ArgumentTypeError(f"must be K/N with K from 1 to N: {text!r}")
    return int(which), int(of)


def run(options: argparse.Namespace) -> int:
    """Grade the solutions and count the slips."""
    from autograder.verify import report
    from autograder.verify.verification import verify

    assignments = with_reference(course(options.course), options.names)
    # with '--json -' the JSON has standard output for itself
    with redirect_stdout(sys.stderr if options.json == "-" else sys.stdout):
        if options.generate:
            return _generate(options, assignments)
        found = [
            verify(assignment, jobs=options.jobs, each=options.each, part=options.part)
            for assignment in assignments
        ]
        print("\n".join(report.text(found)))
    write_json(options.json, report.to_json(found))
    if report.unjudged(found):
        return NOT_JUDGED
    return DIFFERENT if any(verification.slips for verification in found) else OK


def _generate(options: argparse.Namespace, assignments: Sequence[Assignment]) -> int:
    from autograder.verify.generate import generate

    found = [
        generate(assignment, jobs=options.jobs, limit=options.limit, seed=options.seed)
        for assignment in assignments
    ]
    for generated in found:
        print("\n".join(generated.text()))
    write_json(options.json, {"version": 1, "assignments": [generated.to_json() for generated in found]})
    if any(generated.not_judged for generated in found):
        return NOT_JUDGED
    return DIFFERENT if any(generated.rate < options.at_least for generated in found) else OK
