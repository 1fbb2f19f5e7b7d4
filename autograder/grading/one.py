"""Grade one submission: the pytest run that a student starts, again if something has killed the notebook.

It runs in this process.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.errors import InfrastructureError
from autograder.grading.attempt import Attempt, nobody_knows, not_judged
from autograder.grading.printed import printed
from autograder.grading.pytest_run import Only, Ran, Receiver, Starter, by_itself, run_tests
from autograder.isolation.none import NoIsolation
from autograder.notebook.read import UnreadableNotebook, read_bytes

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.isolation.protocol import Isolation

_TRIALS = 3
"""How often a submission is graded whose processes something kills."""

Graded = tuple[Attempt, bool | None]
"""An attempt, and whether a process of the notebook was killed; see ``StudentProcess.killed``."""


class HandedIn:
    """A submission as it is when its grading begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sha256 = self.trouble = ""
        try:
            self.sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
        except (UnreadableNotebook, InfrastructureError) as error:
            self.trouble = str(error)

    def attempt(self, assignment: Assignment, receiver: Receiver, starter: Starter, ran: Ran) -> Graded:
        """What came of it.

        Args:
            assignment: what it was graded for.
            receiver: has the results of the pytest run.
            starter: has started its student processes.
            ran: how it ended.
        """
        trouble = self.trouble
        result = next((r for r in receiver.results if r.assignment == assignment.name), None)
        if result is None or ran.status not in (0, 1, 3):
            last = next((line for line in reversed(ran.printed.splitlines()) if line.strip()), "no output")
            trouble = (
                f"The tests of {assignment.name} could not be run "
                f"(pytest: {ran.status}): {last.strip()[:200]}"
            )
            result = nobody_knows(assignment, self.path.name, trouble)
        trouble = trouble or next(
            (q.outcome.message for q in result.questions if q.outcome.code in ("unreadable", "grader-fault")),
            "",
        )
        attempt = Attempt(
            submission=self.path.name,
            path=self.path,
            sha256=self.sha256,
            weights_sha256=receiver.weights_sha256.get(assignment.name, ""),
            result=replace(result, isolation=starter.isolation.name),
            trouble=trouble,
            cells=receiver.cells,
            memory=starter.memory,
            outputs=printed(receiver.cells),
        )
        # Whoever interrupts the grading ends the notebook, too.
        return attempt, starter.killed if ran.status != pytest.ExitCode.INTERRUPTED else False


def grade_one(
    assignment: Assignment,
    submission: Path,
    *,
    hidden: bool = False,
    isolation: Isolation | None = None,
    questions: Set[str] | None = None,
) -> Attempt:
    """Grade ``submission``.

    Whatever the submission holds, there is an attempt to show for it. If the grader itself fails, the attempt
    says so in ``trouble`` and every question is inconclusive.

    If something has killed a process of the notebook, all is done again: a notebook that kills itself does
    so every time. Where the notebook cannot have done it and it happens each time, nobody is charged.

    Args:
        assignment: what to grade it for.
        submission: path of the notebook.
        hidden: run the hidden tests too.
        isolation: how the student process is started and fenced; a fresh one without a fence if not given.
        questions: ids of those to grade; all if not given. Name also what they need: a question that is not
            graded keeps none from being run.
    """
    isolation = isolation or NoIsolation()

    def once() -> Graded:
        handed_in, receiver, starter = HandedIn(submission), Receiver(), Starter(isolation)
        plugins: list[object] = [receiver, starter, *([] if questions is None else [Only(questions)])]
        with by_itself():
            ran = run_tests(assignment, plugins, hidden=hidden, submission=submission)
        return handed_in.attempt(assignment, receiver, starter, ran)

    return again_if_killed(once)


def again_if_killed(once: Callable[[], Graded]) -> Attempt:
    """Grade as often as it takes until nothing from outside has killed a process of the notebook."""
    started = time.monotonic()
    for trial in range(1, _TRIALS + 1):
        ended = _ended_for_memory()
        attempt, killed = once()
        if killed is None and _ended_for_memory() > ended:
            killed = True
        if killed is False or (killed is None and trial > 1):
            break
    else:
        attempt = _killed(attempt)
    return replace(attempt, duration=time.monotonic() - started)


def _killed(attempt: Attempt) -> Attempt:
    """The attempt if nobody knows what the notebook would have done."""
    reason = f"The notebook's process was killed {_TRIALS} times; perhaps the machine is out of memory."
    questions = not_judged(attempt.result.questions, reason)
    return replace(attempt, result=replace(attempt.result, questions=questions), trouble=reason)


def _ended_for_memory() -> int:
    """How many processes the system has ended for want of memory since it was started, if it says so."""
    try:
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
