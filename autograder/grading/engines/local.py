"""Grade on this machine: a worker for each slot, so that one that dies takes nobody else's work with it."""

from __future__ import annotations

import os
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from autograder.grading.engines.process import Died, Worker, close

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from autograder.doctor.probe import Probe
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.protocol import Pool, Terms
    from autograder.grading.intake.naming import Submission


def default_jobs() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Local:
    """The engine that needs nothing.

    Args:
        jobs: submissions at a time; by default one per processor.
    """

    def __init__(self, jobs: int | None = None) -> None:
        self._jobs = jobs or default_jobs()

    def open(self, terms: Terms) -> Pool:
        """Workers for these terms; each starts when there is something to grade for it."""
        return LocalPool(terms, self._jobs)

    def probe(self, name: str, hidden: Sequence[Path]) -> Probe:
        """Try an isolation here."""
        from autograder.doctor.probe import probe_named

        return probe_named(name, hidden=hidden)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class LocalPool:
    """Worker processes; as ``protocol.Pool``."""

    interval = None

    def __init__(self, terms: Terms, jobs: int) -> None:
        self.slots = jobs
        self._terms = terms
        self._idle: list[Worker] = []
        self._busy: dict[Future[Attempt], Worker] = {}

    def submit(self, submission: Submission) -> Future[Attempt]:
        """Have it graded by a worker that is idle, or by a new one."""
        self._collect()
        while self._idle:
            worker = self._idle.pop()
            try:
                return self._begun(worker, submission)
            except Died:  # of something that it was not grading
                close([worker], now=False)
        return self._begun(Worker(self._terms), submission)

    def _begun(self, worker: Worker, submission: Submission) -> Future[Attempt]:
        future = worker.grade(submission.path, submission.questions)
        self._busy[future] = worker
        return future

    def _collect(self) -> None:
        """Take back the workers that are done."""
        for future in [future for future in self._busy if future.done()]:
            worker = self._busy.pop(future)
            if isinstance(future.exception(), Died):
                close([worker], now=False)
            else:
                self._idle.append(worker)

    def is_lost(self, error: BaseException) -> bool:
        """Whether a worker died."""
        return isinstance(error, Died)

    def tick(self) -> None:
        """Nothing is to be looked after: what dies is replaced when it is needed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        close([*self._busy.values(), *self._idle], now=kind is not None)
