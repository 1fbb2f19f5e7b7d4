"""How a Dask worker is started that a batch can use: one thread, and a place for our own worker process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.grading.engines.protocol import Certificates

COURSE = "AUTOGRADER_COURSE"
"""Environment variable with the folder of the course, where that is not the driver's."""
ENVIRONMENT = {
    # Dask forbids its workers to have processes of their own, which is what ours are there for.
    "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
}
DEATH_TIMEOUT = 60
"""Seconds after which a worker without a scheduler ends."""


def require_dask() -> None:
    """Say what to install if it is not there.

    Raises:
        UsageError: it is not.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError(
            "a cluster needs more packages; install them with: pip install 'autograder[cluster]'"
        ) from None


def options(gpus: int) -> list[str]:
    """Of the command line, beyond where the scheduler is and who may connect."""
    resources = ["--resources", f"GPU={gpus}"] if gpus else []
    return ["--preload", "autograder.grading.engines.remote", "--no-dashboard", *resources]


def command(
    address: str,
    *,
    slots: int,
    gpus: int = 0,
    name: str | None = None,
    certificates: Certificates | None = None,
) -> list[str]:
    """The command line of ``slots`` workers for the scheduler at ``address``."""
    proofs = []
    if certificates is not None:
        proofs += ["--tls-ca-file", str(certificates.ca), "--tls-cert", str(certificates.cert)]
        proofs += ["--tls-key", str(certificates.key)]
    return [
        *(sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"),
        *("--nworkers", str(slots), "--memory-limit", "0", "--death-timeout", str(DEATH_TIMEOUT)),
        *(["--name", name] if name else []),
        *options(gpus),
        *proofs,
    ]
