"""Hooks that a course may implement in its ``conftest.py``.

Mark an implementation with ``@pytest.hookimpl(optionalhook=True)`` if it should also load where this plugin
is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.student import CellOutcome, StudentProcess
    from autograder.verdict import AssignmentResult


@pytest.hookspec(firstresult=True)
def pytest_autograder_start_student(
    config: pytest.Config, assignment: Assignment, time_left: float
) -> StudentProcess | None:
    """Start the process that will run a submission's notebook; the first answer that is not None is used."""


@pytest.hookspec
def pytest_autograder_graded(
    config: pytest.Config,
    results: Sequence[AssignmentResult],
    cells: Mapping[str, Sequence[CellOutcome]],
    weights_sha256: Mapping[str, str],
) -> None:
    """Receive the results when all student processes are gone.

    Cell outputs and the hashes of the handed-in weights come by the names of assignments.
    """
