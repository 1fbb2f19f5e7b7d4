"""Everything that can go wrong, by whose fault it is.

::

    Exception
    ├── UsageError           the instructor's mistake: a setting, a path, a test that asks the impossible
    ├── CheckFailed          a check judged the student's answer and it does not pass; carries the outcome
    └── StudentError         the student's code raised during a cell or a call
    BaseException
    ├── StudentStopped       the student process was ended: a limit, a crash, a broken channel
    └── InfrastructureError  the grader itself could not judge: never a zero, always loud
        └── GraderDied       its process has died

The last two derive from ``BaseException`` so that they leave Hypothesis and ``except Exception`` with
their own type: retrying or shrinking on a process that is gone would bury the cause.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.verdict import Outcome, Where


DISK_FULL = frozenset({errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else [])})
"""Numbers of the system's errors that say so: no space, a file too large, a quota used up."""


class UsageError(Exception):
    """The instructor asked for something that cannot be done; the message says what and how to mend it."""


class CheckFailed(Exception):  # noqa: N818 - the sentence "check failed" is its name in every report
    """A check that did not pass; ``outcome`` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class StudentError(Exception):
    """The student's code raised an exception.

    The remote exception is never re-raised by name: a student who raises ``AssertionError`` or Hypothesis'
    ``UnsatisfiedAssumption`` gets this class like everybody else.

    Attributes:
        type: name of the exception's class, at most 100 characters.
        message: its text, at most 2,000 characters, without control characters.
        where: the innermost line of the student's notebook in the traceback, if there is one.
        kind: ``"exception"``; ``"missing"`` when a name does not exist in the notebook; ``"memory"`` when the
            memory limit was hit; ``"unusable"`` when a value cannot be used the way the test asked.
    """

    def __init__(
        self, type: str, message: str, *, where: Where | None = None, kind: str = "exception"
    ) -> None:
        super().__init__(f"{type}: {message}" if message else type)
        self.type = type
        self.message = message
        self.where = where
        self.kind = kind


class StudentStopped(BaseException):
    """The student process was ended before it answered.

    Attributes:
        code: ``"timeout-cell"``, ``"timeout-call"``, ``"timeout-total"``, ``"memory"``, ``"output"``,
            ``"answer-size"``, ``"died"`` (exited or crashed on its own) or ``"protocol"`` (sent something
            that is not a valid answer).
        message: one sentence for the student.
        where: the cell that was running, if it happened during a cell.
    """

    def __init__(self, code: str, message: str, *, where: Where | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where


class InfrastructureError(BaseException):
    """The grader could not do its work; the student is not charged."""


class GraderDied(InfrastructureError):  # noqa: N818 - says what happened
    """The process that graded a submission has died, which by itself says nothing about the submission."""
