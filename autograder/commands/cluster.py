"""The options that say where submissions are graded."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.common import positive, tell
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.engines.protocol import Certificates, Engine


def add_certificates(parser: argparse.ArgumentParser) -> None:
    """Add the options that name certificates."""
    for name, help in (
        ("ca-file", "certificate of the authority that signed all others, PEM"),
        ("cert", "own certificate, PEM"),
        ("key", "its private key, PEM"),
    ):
        parser.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"for tls://: {help}")


def certificates(options: argparse.Namespace) -> Certificates | None:
    """Those that were named, if any.

    Raises:
        UsageError: one of the files was not named.
    """
    from autograder.grading.engines.protocol import Certificates

    given = options.tls_ca_file, options.tls_cert, options.tls_key
    if not any(given):
        return None
    if not all(given):
        raise UsageError("--tls-ca-file, --tls-cert and --tls-key belong together")
    return Certificates(ca=given[0], cert=given[1], key=given[2])


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the options that ask for a cluster."""
    group = parser.add_argument_group("a cluster instead of this machine (needs autograder[cluster])")
    group.add_argument(
        "--cluster",
        metavar="WHERE",
        help="'slurm', or tls://HOST:PORT or tcp://HOST:PORT of a Dask scheduler; see 'autograder worker'",
    )
    group.add_argument(
        "--gpus", type=positive, default=0, metavar="N", help="graphics cards that each submission needs"
    )
    group.add_argument(
        "--patience",
        type=positive,
        default=60,
        metavar="SECONDS",
        help="how long to wait for a worker that is not there or does not answer (default: 60)",
    )
    group.add_argument(
        "--shared", type=Path, metavar="DIR", help="for slurm: a folder that all machines see (default: home)"
    )
    group.add_argument(
        "--sbatch",
        action="append",
        default=[],
        metavar="OPTION",
        help="for slurm: an option for each job, e.g. --sbatch=--partition=short; may be given again",
    )
    add_certificates(parser)


def engine(options: argparse.Namespace, assignment: Assignment, submissions: int) -> Engine:
    """The engine that was asked for; by default processes on this machine.

    Raises:
        UsageError: the options do not fit together.
    """
    from autograder.grading.engines.local import Local
    from autograder.grading.engines.protocol import Wanted
    from autograder.grading.engines.registry import engine as find

    if options.cluster is None:
        named = ("gpus", "shared", "sbatch", "tls_ca_file", "tls_cert", "tls_key")
        useless = [name for name in named if getattr(options, name)]
        if useless:
            raise UsageError(f"--{useless[0].replace('_', '-')} is of no use without --cluster")
        return Local(options.jobs)
    return find(
        Wanted(
            cluster=options.cluster,
            jobs=options.jobs and max(1, min(options.jobs, submissions)),
            gpus=options.gpus,
            certificates=certificates(options),
            memory=assignment.limits.memory,
            shared=options.shared,
            directives=tuple(options.sbatch),
            patience=float(options.patience),
            tell=tell,
        )
    )
