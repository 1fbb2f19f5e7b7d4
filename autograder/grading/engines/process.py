"""A worker: one process that grades one submission after the other, and all that it starts.

It is spawned, so that nothing of the process that wants it comes along, and it holds a warm process from
which the student processes are forked. What becomes of it concerns the submission that it had, and no other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from autograder.errors import GraderDied, InfrastructureError, UsageError

if TYPE_CHECKING:
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.protocol import Terms
    from autograder.grading.grader import Grader
    from autograder.isolation.warm import Warm

GRACE = 10.0
"""Seconds that an ended worker has to end its student process."""

Died = BrokenProcessPool
"""What a future raises if the worker is gone."""


class Worker:
    """The process, as a pool of one that starts with the first thing it is asked.

    Args:
        terms: what it grades by.
        prove: find out first whether the isolation holds here what the terms say.
    """

    def __init__(self, terms: Terms, *, prove: bool = False) -> None:
        self._processes: list[BaseProcess] = []
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(terms, prove),
        )

    def unfit(self) -> Future[str]:
        """Why it cannot grade by these terms; empty if it can."""
        with _Noted(self._processes):
            return self._pool.submit(_why_unfit)

    def grade(self, path: Path, questions: frozenset[str] | None) -> Future[Attempt]:
        """Grade the notebook there, by these questions or by all.

        Raises:
            Died: the process is gone already.
        """
        with _Noted(self._processes):
            return self._pool.submit(_grade, path, questions)

    def terminate(self) -> None:
        """Have it end what it is at, and itself, within ``GRACE`` seconds; returns at once."""
        for process in self._processes:
            process.terminate()
        _kill_after_grace(self._processes)


class _Noted:
    """Adds the processes that are started meanwhile to a list."""

    def __init__(self, processes: list[BaseProcess]) -> None:
        self._processes = processes

    def __enter__(self) -> None:
        self._before = set() if self._processes else set(multiprocessing.active_children())

    def __exit__(self, *_: object) -> None:
        if not self._processes:
            self._processes += set(multiprocessing.active_children()) - self._before


def close(workers: Sequence[Worker], *, now: bool) -> None:
    """Wait for idle workers to leave; end busy ones if ``now``, and all within ``GRACE`` seconds."""
    if now:
        for worker in workers:
            worker.terminate()
    overdue = _kill_after_grace([process for worker in workers for process in worker._processes])  # noqa: SLF001
    # A pool's own thread reaps its process. A second one that waits for it may learn of its end from the
    # system before the first has noted it, and then takes a process that is gone for alive.
    for worker in workers:
        worker._pool.shutdown(wait=True, cancel_futures=True)  # noqa: SLF001 - the class is of this module
    overdue.cancel()


def _kill_after_grace(processes: Sequence[BaseProcess]) -> threading.Timer:
    overdue = threading.Timer(GRACE, _kill, [tuple(processes)])
    overdue.daemon = True
    overdue.start()
    return overdue


def _kill(processes: Sequence[BaseProcess]) -> None:
    """End processes that are still there, and what they have started."""
    import psutil

    ended = wait_for([process.sentinel for process in processes], timeout=0)
    for process in processes:
        if process.sentinel in ended or process.pid is None:
            continue
        try:
            family = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        process.kill()
        for member in family:
            try:
                member.kill()
            except psutil.NoSuchProcess:
                continue


# What follows runs in the process.

_busy = False
_ended = False
_isolation: Warm | None = None
_grader: Grader | None = None
_unfit = ""


def _begin(terms: Terms, prove: bool) -> None:
    """Prepare: Ctrl-C is the driver's business."""
    from autograder.grading.grader import Grader
    from autograder.isolation.strategies import strategy

    global _isolation, _grader, _unfit
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_driver, daemon=True).start()
    try:
        _unfit = _unproven(terms) if prove else ""
        if not _unfit:
            _isolation = strategy(terms.isolation, hidden=terms.secrets)
            _grader = Grader(terms.assignment, hidden=terms.hidden, isolation=_isolation)
            Finalize(None, _close, exitpriority=0)
            _isolation.warm_up(terms.assignment.preload)
            _grader.warm_up()
    except (UsageError, InfrastructureError, OSError) as error:
        _unfit = str(error)
    signal.signal(signal.SIGTERM, _end)


def _unproven(terms: Terms) -> str:
    """What of the isolation does not hold here, as a sentence; empty if all does that was promised."""
    from autograder.doctor.probe import CAPABILITIES, probe_named

    if terms.isolation == "none":  # promises nothing
        return ""
    found = probe_named(terms.isolation, hidden=terms.secrets)
    if not found.available:
        return f"isolation {terms.isolation} cannot be used there: {found.unavailable}"
    missing = [CAPABILITIES[name] for name in found.missing if name not in terms.lacking]
    promise = f"isolation {terms.isolation} does not promise there that {', and that '.join(missing)}"
    return promise if missing else ""


def _why_unfit() -> str:
    return _unfit


def _leave_with_driver() -> None:
    """End this worker when the driver is gone: a pool's worker would wait for work for ever."""
    driver = multiprocessing.parent_process()
    if driver is not None:
        driver.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """On SIGTERM: leave the submission through its clean-up, which ends the student process."""
    global _ended
    if not _busy:
        _leave()
    if not _ended:
        _ended = True
        raise KeyboardInterrupt


def _grade(path: Path, questions: frozenset[str] | None) -> Attempt:
    """Grade one submission."""
    global _busy
    if _unfit or _grader is None:
        raise InfrastructureError(_unfit)
    _busy = True
    try:
        return _grader.grade(path, questions=questions)
    except GraderDied:
        _leave()  # the driver has it tried again by another worker
    finally:
        _busy = False
        if _ended:
            _leave()  # the pool is gone: nobody waits for an answer, and nobody would send this worker home


def _close() -> None:
    for part in (_grader, _isolation):
        if part is not None:
            part.close()


def _leave() -> NoReturn:
    _close()
    os._exit(1)
