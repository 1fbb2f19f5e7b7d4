"""Grade many submissions: results as they come, and nothing that stops the batch.

This driver is the only place that knows of the batch. An engine's worker grades one submission and knows of
nothing else, and whether that happens here or on a cluster is the engine's business.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import InfrastructureError
from autograder.grading.engines.local import Local
from autograder.grading.engines.protocol import Terms

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.protocol import Engine, Pool
    from autograder.grading.submissions import Submission
    from autograder.verdict import QuestionResult

MAX_TRIES = 3
"""How many workers may die of a submission before a person has to look at it."""


def grade_many(
    assignment: Assignment,
    submissions: Sequence[Submission],
    *,
    hidden: bool = False,
    jobs: int | None = None,
    isolation: str = "none",
    lacking: Sequence[str] = (),
    secrets: Sequence[Path] = (),
    questions: tuple[QuestionResult, ...] = (),
    engine: Engine | None = None,
) -> Generator[tuple[Submission, Attempt], None, None]:
    """Grade submissions in worker processes and yield each attempt as it is done.

    Each submission is yielded exactly once, also one that cannot be judged: its questions are inconclusive.
    Closing the iterator (or Ctrl-C) ends the workers and their student processes.

    Args:
        assignment: what they are submissions of.
        submissions: what to grade.
        hidden: run the hidden tests too.
        jobs: submissions at a time; by default one per processor.
        isolation: name of the strategy that fences the student processes.
        lacking: what that was found not to promise here, and need not hold elsewhere.
        secrets: files and folders that they must not be able to read.
        questions: those of the assignment, if they are known: what cannot be judged gets the same row
            whether or not the others have been graded before.
        engine: where they are graded, entered; here, by as many workers as ``jobs`` says, if not given.

    Raises:
        InfrastructureError: there is no worker left.
    """
    terms = Terms(
        assignment=assignment,
        hidden=hidden,
        isolation=isolation,
        lacking=tuple(lacking),
        secrets=tuple(secrets),
    )
    reasons = {submission.name: submission.trouble for submission in submissions if submission.trouble}
    with (engine or Local(jobs)).open(terms) as pool:
        for submission, outcome in _drive(pool, [s for s in submissions if not s.trouble]):
            if isinstance(outcome, str):
                reasons[submission.name] = outcome
            else:
                if outcome.result.max_score:  # otherwise nobody could tell what they are
                    questions = outcome.result.questions
                yield submission, _under_its_name(outcome, submission)
    for submission in submissions:
        if submission.name in reasons:
            yield submission, _not_judged(assignment, submission, reasons[submission.name], questions)


def _drive(pool: Pool, submissions: Sequence[Submission]) -> Iterator[tuple[Submission, Attempt | str]]:
    """Yield what comes of each, or why nothing does.

    No more are handed out than there are slots, so that what a dead worker held is little. It is tried again
    behind all others, since it may be the cause.
    """
    waiting, deaths = deque(submissions), Counter[str]()
    running: dict[Future[Attempt], Submission] = {}
    while waiting or running:
        pool.tick()
        while waiting and len(running) < pool.slots:
            submission = waiting.popleft()
            try:
                running[pool.submit(submission)] = submission
            except InfrastructureError as unreadable:
                yield submission, str(unreadable)
        if not running:
            time.sleep(pool.interval or 0)
        for future in wait(running, timeout=pool.interval, return_when=FIRST_COMPLETED).done:
            submission = running.pop(future)
            error = _error_of(future)
            if error is None:
                yield submission, future.result()
            elif not pool.is_lost(error):
                yield submission, f"The grader failed ({type(error).__name__}: {error})."
            elif deaths[submission.name] + 1 < MAX_TRIES:
                deaths[submission.name] += 1
                waiting.append(submission)
            else:
                yield submission, f"The process that graded it died {MAX_TRIES} times."


def _error_of(future: Future[Attempt]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()


def _under_its_name(attempt: Attempt, submission: Submission) -> Attempt:
    """The attempt under the name that is unique in the batch."""
    return replace(
        attempt,
        submission=submission.name,
        path=submission.path,
        result=replace(attempt.result, submission=submission.name),
    )


def _not_judged(
    assignment: Assignment, submission: Submission, reason: str, questions: Sequence[QuestionResult]
) -> Attempt:
    """A row for a submission of which nobody knows anything; ``questions`` are those of any other."""
    from autograder.grading.attempt import Attempt, nobody_knows

    result = nobody_knows(assignment, submission.name, reason, questions)
    if submission.trouble:  # found before any test ran: the student may read it
        result = replace(result, questions=tuple(replace(q, feedback=None) for q in result.questions))
    return Attempt(submission=submission.name, path=submission.path, sha256="", result=result, trouble=reason)
