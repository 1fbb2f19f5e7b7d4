"""What ``mark`` and ``extend`` share: who, which assignment, why."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from autograder.errors import UsageError
from autograder.reports.text import one_line


def add_who_and_why(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that both have."""
    parser.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    parser.add_argument("student", metavar="STUDENT", help="name of the submission")
    parser.add_argument("--assignment", required=True, metavar="NAME", help="folder name under assignments/")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="kept beside it")
    parser.add_argument("--author", metavar="NAME", help="who decided it (default: the name of your account)")


def why(options: argparse.Namespace) -> tuple[str, str]:
    """Reason and author.

    Raises:
        UsageError: there is no reason, or nobody knows the author.
    """
    reason = one_line(options.reason, limit=500)
    if not reason:
        raise UsageError("--reason must say why, for whoever asks later")
    try:
        author = one_line(options.author if options.author is not None else getpass.getuser())
    except (OSError, KeyError, ImportError):
        author = ""
    if not author:
        raise UsageError("--author must say who decided it")
    return reason, author
