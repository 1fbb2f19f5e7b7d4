"""A grading harness for deep-learning courses.

``question`` marks a test as part of a grade, ``check`` judges a student's answer. Importing this package
is cheap: numpy, torch, Hypothesis and nbclient are loaded by the parts that need them.
"""

from __future__ import annotations

from autograder import check
from autograder.course import question
from autograder.errors import CheckFailed, InfrastructureError, StudentError, StudentStopped, UsageError

__all__ = [
    "CheckFailed",
    "InfrastructureError",
    "StudentError",
    "StudentStopped",
    "UsageError",
    "check",
    "question",
]
