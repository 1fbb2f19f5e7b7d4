"""``autograder explain``: more about a verdict."""

from __future__ import annotations

import argparse

from autograder.commands.common import OK, say


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="of a verdict; without one, all are listed")


def run(options: argparse.Namespace) -> int:
    """Explain it."""
    from autograder.reports.explained import listing, text

    say(listing() if options.code is None else text(options.code))
    return OK
