"""``autograder doctor``: what notebooks can be kept from on this system, found out by trying."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.common import DIFFERENT, OK, add_course, course, say, write_json
from autograder.course import Course


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    add_course(parser)


def run(options: argparse.Namespace) -> int:
    """Try every strategy; 0 if notebooks can be graded with hidden tests, else 1."""
    from autograder.doctor.choice import best
    from autograder.doctor.probe import probe_all
    from autograder.doctor.remedy import System
    from autograder.reports import doctor

    taught = Course.find(Path.cwd()) if options.course is None else course(options.course)
    probes, system = probe_all(hidden=(taught.root / "reference",) if taught else ()), System.here()
    if options.json:
        write_json("-", doctor.to_json(probes, system))
    else:
        for line in doctor.text(probes, system):
            say(line)
    return OK if best(probes).sufficient else DIFFERENT
