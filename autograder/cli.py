"""The ``autograder`` command.

Exit codes: 0, everything asked for was done (whatever the scores); 1, ``release --check`` or ``replay`` found
a difference, ``verify`` a slip, ``export`` no place for a mark, or ``doctor`` nothing that notebooks can be
graded with; 2, a usage error; 3, something could not be judged; 130, interrupted.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata

from autograder.commands import (
    doctor,
    explain,
    export,
    extend,
    grade,
    mark,
    release,
    replay,
    show,
    verify,
    worker,
)
from autograder.commands.common import INTERRUPTED, NOT_JUDGED, USAGE
from autograder.errors import DISK_FULL, InfrastructureError, UsageError
from autograder.reports.text import clean, inert

_COMMANDS = (
    ("grade", grade, "grade a folder of submissions"),
    ("release", release, "make student notebooks from the reference"),
    ("verify", verify, "grade solutions whose grade is known, and count the slips"),
    ("show", show, "show the grades of a class or of one submission, and how they come about"),
    ("mark", mark, "give points by hand"),
    ("extend", extend, "give one student more time"),
    ("export", export, "write marks for Canvas, Moodle, Gradescope and others"),
    ("explain", explain, "say more about a verdict"),
    ("replay", replay, "grade again what one attempt graded, and compare"),
    ("worker", worker, "grade for 'autograder grade --cluster' of another machine"),
    ("doctor", doctor, "find out what notebooks can be kept from on this system"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    _print_anything()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UsageError as error:
        print(inert(f"autograder: {clean(error)}"), file=sys.stderr)
        return USAGE
    except (InfrastructureError, OSError) as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return _disk_full(str(error.strerror))
        print(inert(f"autograder: the grader could not do its work: {clean(error)}"), file=sys.stderr)
        return NOT_JUDGED
    except sqlite3.Error as error:
        from autograder.grading.database import disk_failed

        if disk_failed(error):
            return _disk_full(f"gradebook: {error}")
        print(
            f"autograder: the gradebook could not be written, and grading stopped: {error}", file=sys.stderr
        )
        return NOT_JUDGED
    except KeyboardInterrupt:
        print("autograder: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last frame: a bug is shown in full and has its own exit code
        traceback.print_exc()
        print("autograder: this is a fault of autograder itself; please report it", file=sys.stderr)
        return NOT_JUDGED


def _disk_full(reason: str) -> int:
    print(
        f"autograder: the disk is full or does not work ({reason}); what is stored has been kept, and the "
        "same command goes on from there",
        file=sys.stderr,
    )
    return NOT_JUDGED


def _print_anything() -> None:
    """A terminal that cannot show a character must not stop a batch."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder", description="Grade notebooks, make student notebooks, look at grades."
    )
    parser.add_argument("--version", action="version", version=f"autograder {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module, help in _COMMANDS:
        command = commands.add_parser(name, help=help)
        module.add(command)
        command.set_defaults(run=module.run)
    return parser


def _version() -> str:
    try:
        return metadata.version("autograder")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
