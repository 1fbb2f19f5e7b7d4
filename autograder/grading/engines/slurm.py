"""Grade in jobs of SLURM: each is one worker, and one that ends before the batch does is replaced.

What a site wants of its jobs (partition, account, time, network interface) stands in Dask's configuration,
``~/.config/dask/jobqueue.yaml``, or in ``--sbatch``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autograder.errors import UsageError
from autograder.grading.engines import launch, tls
from autograder.grading.engines.dask import Cluster, Machine
from autograder.isolation import temporary
from autograder.student.workplace import remove, remove_left_behind

if TYPE_CHECKING:
    from autograder.grading.engines.protocol import Wanted

_SCHEDULER_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # who is tried again is for the driver to say
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.worker-ttl": "60s",  # a node that hangs
    "distributed.deploy.lost-worker-timeout": "10s",  # within which the nanny starts another worker
}
_OWN_MEMORY = 2**30
"""Bytes for the worker and what is warm, beyond what a student's code may use."""
_HOPE = 10.0
"""Seconds after which somebody should be told what is waited for."""
_EVERY = 5.0
"""Seconds between two looks at the queue."""
_LAST_LINES = 5
_MAX_STILLBORN = 3
"""Jobs in a row that end before their worker comes."""


class Slurm(Cluster):
    """A Dask cluster of its own, whose scheduler is in this process and whose workers are jobs of SLURM."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted)
        try:
            import dask_jobqueue  # noqa: F401
        except ImportError:
            raise UsageError("SLURM needs more packages: pip install 'autograder[cluster]'") from None
        if wanted.jobs is None:
            raise UsageError("say with --jobs how many jobs SLURM may run at a time")
        self._jobs = wanted.jobs
        self._stack = ExitStack()
        self._cluster: Any = None
        self._folder = Path()
        self._looked = 0.0
        self._queued = True
        self._stillborn = 0
        self._said = False

    def __enter__(self) -> Self:
        if shutil.which("sbatch") is None:
            raise UsageError("SLURM's command sbatch is not found here; run this where jobs are submitted")
        with self._stack:
            self._start()
            self._stack = self._stack.pop_all()
        return self

    def _start(self) -> None:
        import dask
        from dask_jobqueue import SLURMCluster

        shared = self.wanted.shared or Path.home()
        try:
            remove_left_behind(shared)
            self._folder = temporary.make("autograder", shared)
        except OSError as error:
            raise UsageError(
                f"cannot write to the folder that all machines see ({error.strerror}): {shared}"
            ) from None
        self._stack.callback(remove, self._folder)
        security = tls.security(self.wanted.certificates or tls.temporary(self._folder))
        self._stack.enter_context(dask.config.set(_SCHEDULER_SETTINGS))
        gpus = self.wanted.gpus
        directives = ["--no-requeue", *([f"--gres=gpu:{gpus}"] if gpus else []), *self.wanted.directives]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a dashboard that nobody asked for
                self._cluster = SLURMCluster(
                    cores=1,
                    processes=1,
                    memory=f"{self.wanted.memory + _OWN_MEMORY}B",
                    nanny=True,
                    protocol="tls://",
                    security=security,
                    log_directory=str(self._folder),
                    death_timeout=launch.DEATH_TIMEOUT,
                    job_name="autograder",
                    job_extra_directives=directives,
                    job_script_prologue=[
                        f"export {name}={value}" for name, value in launch.ENVIRONMENT.items()
                    ],
                    worker_extra_args=launch.options(gpus),
                    scheduler_options={"dashboard_address": None},
                )
        except (OSError, RuntimeError, ValueError) as error:
            raise UsageError(f"SLURM cannot be used: {' '.join(str(error).split())}") from None
        self._stack.callback(self._cluster.close)
        self._try_script(self._cluster.job_script())
        self._cluster.scale(jobs=self._jobs)
        self._connect(self._cluster, security)
        self._stack.callback(super().__exit__)

    def _try_script(self, script: str) -> None:
        """Have SLURM look at it: what it refuses later, it refuses in the background."""
        tried = subprocess.run(
            ["sbatch", "--test-only"], input=script, capture_output=True, text=True, check=False
        )
        if tried.returncode:
            raise UsageError(f"SLURM refuses the jobs: {' '.join(tried.stderr.split())}")

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def keys(self) -> tuple[Path, ...]:
        """The folder with what the workers prove themselves by."""
        return (*super().keys, self._folder)

    def tick(self) -> None:
        """Ask for other jobs in place of those that ended."""
        if time.monotonic() - self._looked < _EVERY:
            return
        self._looked = time.monotonic()
        listed = subprocess.run(
            ["squeue", "--noheader", "--format=%A", f"--user={os.getuid()}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if listed.returncode:  # its controller may be gone for a while
            return
        self._cluster.sync(self._bury, set(listed.stdout.split()))
        self._cluster.scale(jobs=self._jobs)

    async def _bury(self, queue: set[str]) -> None:
        """Forget the jobs that have left the queue; Dask notices only those of which it has seen a worker."""
        here = {str(worker["name"]) for worker in self._cluster.scheduler_info["workers"].values()}
        if here:
            self._stillborn = 0
        gone = {
            name: job
            for name, job in self._cluster.workers.items()
            if job.job_id is not None and job.job_id not in queue and name not in here
        }
        for name, job in gone.items():
            await job.close()
            if self._cluster.workers.pop(name, None) is not None:
                self._stillborn += not here
        self._queued = any(job.job_id in queue for job in self._cluster.workers.values())

    def hopeless(self, seconds: float, refused: Mapping[str, str], machines: Mapping[str, Machine]) -> str:
        """As in ``Cluster``, but a job may wait in SLURM's queue for as long as it takes."""
        if refused or machines:
            return super().hopeless(seconds, refused, machines)
        if self._stillborn >= _MAX_STILLBORN:
            return f"the jobs of SLURM end before they can grade; the last one said: {self._last_words()}"
        if not self._said and seconds > _HOPE:
            self.wanted.tell("waiting for SLURM to start a job")
            self._said = True
        return "" if self._queued else super().hopeless(seconds, refused, machines)

    def _last_words(self) -> str:
        logs = sorted(self._folder.glob("*.err"), key=lambda path: path.stat().st_mtime)
        lines = [line.strip() for path in logs[-1:] for line in path.read_text(errors="replace").splitlines()]
        return "; ".join([*filter(None, lines)][-_LAST_LINES:]) or "nothing"
