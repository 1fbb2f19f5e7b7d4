"""Grade many submissions: worker processes, results as they come, and nothing that stops the batch.

This driver is the only place that knows of the batch; a worker grades one submission and knows of nothing
else. Another engine (a cluster, warm processes) replaces ``_Workers``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.one import Attempt
    from autograder.grading.submissions import Submission
    from autograder.isolation.warm import Warm
    from autograder.verdict import QuestionResult

GRACE = 10.0
"""Seconds that an ended worker has to end its student process."""

_MAX_JOBS = 61 if sys.platform == "win32" else 1024
"""Windows waits for at most so many processes at once."""


def default_jobs() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade_many(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    hidden: bool = False,
    jobs: int | None = None,
    isolation: str = "none",
    secrets: Sequence[Path] = (),
    questions: tuple[QuestionResult, ...] = (),
) -> Generator[tuple[Submission, Attempt], None, None]:
    """Grade submissions in worker processes and yield each attempt as it is done.

    Each submission is yielded exactly once, also one that cannot be judged: its questions are inconclusive.
    Closing the iterator (or Ctrl-C) ends the workers and their student processes.

    Args:
        assignment: what they are submissions of.
        submissions: what to grade.
        hidden: run the hidden tests too.
        jobs: worker processes; by default one per processor.
        isolation: name of the strategy that fences the student processes.
        secrets: files and folders that they must not be able to read.
        questions: those of the assignment, if they are known: what cannot be judged gets the same row
            whether or not the others have been graded before.
    """
    workers = partial(_Workers, assignment, hidden=hidden, isolation=isolation, secrets=secrets)
    jobs = max(1, min(jobs or default_jobs(), len(submissions), _MAX_JOBS))
    waiting = deque(submission for submission in submissions if not submission.trouble)
    reasons = {submission.name: submission.trouble for submission in submissions if submission.trouble}
    lost: list[Submission] = []
    while waiting:
        for submission, outcome in _until_one_dies(workers, waiting, jobs=jobs):
            if isinstance(outcome, BaseException):
                lost.append(submission)
            else:
                questions = outcome.result.questions or questions
                yield submission, outcome
    # A worker that dies takes down its neighbours' work. Alone, each shows whether it was the cause.
    for submission in lost:
        for _, outcome in _until_one_dies(workers, deque([submission]), jobs=1):
            if isinstance(outcome, BrokenProcessPool):
                reasons[submission.name] = "The process that graded it died twice."
            elif isinstance(outcome, BaseException):
                reasons[submission.name] = f"The grader failed ({type(outcome).__name__}: {outcome})."
            else:
                questions = outcome.result.questions or questions
                yield submission, outcome
    for submission in submissions:
        if submission.name in reasons:
            yield submission, _not_judged(assignment, submission, reasons[submission.name], questions)


def _until_one_dies(
    workers: Callable[..., _Workers], waiting: deque[Submission], *, jobs: int
) -> Iterator[tuple[Submission, Attempt | BaseException]]:
    """Grade from the front of ``waiting`` until it is empty or a worker dies.

    No more are handed out than there are workers, so that a death costs no more than that.
    """
    running: dict[Future[Attempt], Submission] = {}
    broken = False
    with workers(jobs=jobs) as pool:
        while running or (waiting and not broken):
            while waiting and len(running) < jobs and not broken:
                try:
                    future = pool.submit(waiting[0])
                except BrokenProcessPool:
                    broken = True
                else:
                    running[future] = waiting.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                submission = running.pop(future)
                error = future.exception()
                broken = broken or isinstance(error, BrokenProcessPool)
                yield submission, error or _under_its_name(future.result(), submission)


def _under_its_name(attempt: Attempt, submission: Submission) -> Attempt:
    """The attempt under the name that is unique in the batch."""
    return replace(
        attempt, submission=submission.name, result=replace(attempt.result, submission=submission.name)
    )


def _not_judged(
    assignment: Assignment, submission: Submission, reason: str, questions: Sequence[QuestionResult]
) -> Attempt:
    """A row for a submission of which nobody knows anything; ``questions`` are those of any other."""
    from autograder.grading.one import Attempt, nobody_knows

    result = nobody_knows(assignment, submission.name, reason)
    if questions:
        unknown = result.questions[0]
        result = replace(
            result,
            questions=tuple(
                replace(question, points=None, outcome=unknown.outcome, feedback=unknown.feedback)
                for question in questions
            ),
        )
    if submission.trouble:  # found before any test ran: the student may read it
        result = replace(result, questions=tuple(replace(q, feedback=None) for q in result.questions))
    return Attempt(submission=submission.name, path=submission.path, sha256="", result=result, trouble=reason)


class _Workers:
    """A pool of spawned processes that is ended with everything that its processes started."""

    def __init__(
        self, assignment: Assignment, *, jobs: int, hidden: bool, isolation: str, secrets: Sequence[Path]
    ) -> None:
        self._assignment = assignment
        self._hidden = hidden
        self._others = set(multiprocessing.active_children())
        self._pool = ProcessPoolExecutor(
            jobs,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin_worker,
            initargs=(isolation, tuple(secrets), assignment.preload),
        )

    def submit(self, submission: Submission) -> Future[Attempt]:
        return self._pool.submit(
            _grade, self._assignment, submission.path, self._hidden, submission.questions
        )

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for idle workers to leave; end busy ones, and what has not left after ``GRACE`` seconds."""
        workers = [process for process in multiprocessing.active_children() if process not in self._others]
        if kind is not None:
            for process in workers:
                process.terminate()
        overdue = threading.Timer(GRACE, _kill, [workers])
        overdue.daemon = True
        overdue.start()
        # The pool's own thread reaps the workers. A second one that waits for them may learn of their end
        # from the system before the first has noted it, and then takes a process that is gone for alive.
        self._pool.shutdown(wait=True, cancel_futures=True)
        overdue.cancel()


def _kill(workers: Sequence[BaseProcess]) -> None:
    """End workers that are still there, and what they have started."""
    import psutil

    ended = wait_for([worker.sentinel for worker in workers], timeout=0)
    for worker in workers:
        if worker.sentinel in ended or worker.pid is None:
            continue
        try:
            family = psutil.Process(worker.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        worker.kill()
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue


_busy = False
_ended = False
_isolation: Warm | None = None


def _begin_worker(isolation: str, secrets: Sequence[Path], preload: tuple[str, ...]) -> None:
    """Prepare a worker: Ctrl-C is the driver's business, and one worker uses one processor."""
    from autograder.isolation.strategies import strategy

    global _isolation
    _isolation = strategy(isolation, hidden=secrets)
    _isolation.warm_up(preload)
    Finalize(None, _isolation.close, exitpriority=0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_worker)
    # Read when numpy and torch are imported, which happens with the first submission.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    threading.Thread(target=_leave_with_driver, daemon=True).start()


def _leave_with_driver() -> None:
    """End this worker when the driver is gone: a pool's worker would wait for work for ever."""
    driver = multiprocessing.parent_process()
    if driver is not None:
        driver.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end_worker(_signal: int, _frame: FrameType | None) -> None:
    """On SIGTERM: leave the submission through its clean-up, which ends the student process."""
    global _ended
    if not _busy:
        _leave()
    if not _ended:
        _ended = True
        raise KeyboardInterrupt


def _grade(assignment: Assignment, path: Path, hidden: bool, questions: frozenset[str] | None) -> Attempt:
    """Grade one submission; runs in a worker."""
    from autograder.grading.one import grade_one

    global _busy
    _busy = True
    try:
        # What the cells printed may be large, and their errors are exceptions, which pickle does not restore.
        attempt = grade_one(assignment, path, hidden=hidden, isolation=_isolation, questions=questions)
        return replace(attempt, cells=())
    finally:
        _busy = False
        if _ended:
            _leave()  # the pool is gone: nobody waits for an answer, and nobody would send this worker home


def _leave() -> NoReturn:
    if _isolation is not None:
        _isolation.close()
    os._exit(1)
