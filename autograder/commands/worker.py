"""``autograder worker``: take part in a cluster."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from autograder.commands.cluster import add_certificates, certificates
from autograder.commands.common import add_course, course, positive
from autograder.errors import UsageError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "address", metavar="ADDRESS", help="tls://HOST:PORT or tcp://HOST:PORT of a Dask scheduler"
    )
    parser.add_argument(
        "--slots", type=positive, default=1, metavar="N", help="submissions at a time (default: 1)"
    )
    parser.add_argument(
        "--gpus", type=positive, default=0, metavar="N", help="graphics cards that each of them may use"
    )
    parser.add_argument("--name", metavar="NAME", help="what the driver calls it (default: its address)")
    add_certificates(parser)
    add_course(parser)


def run(options: argparse.Namespace) -> NoReturn:
    """Become a worker of Dask, with the settings that ours need."""
    from autograder.grading.engines import launch

    launch.require_dask()
    proofs = certificates(options)
    if options.address.partition("://")[0] not in ("tcp", "tls"):
        raise UsageError(f"the address of a scheduler begins with tcp:// or tls://: {options.address}")
    os.environ.update(launch.ENVIRONMENT)
    if options.course is not None:
        os.environ[launch.COURSE] = str(course(options.course).root)
    command = launch.command(
        options.address, slots=options.slots, gpus=options.gpus, name=options.name, certificates=proofs
    )
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - that is what it is for
