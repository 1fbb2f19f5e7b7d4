"""Start the student process of one submission."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.isolation.protocol import Isolation
    from autograder.student import StudentProcess


def start_student(
    assignment: Assignment, time_left: float, isolation: Isolation | None = None
) -> StudentProcess:
    """Start a process with the files, modules and limits of ``assignment``; the first call waits for it.

    Args:
        assignment: what is graded.
        time_left: seconds that cells and calls may take.
        isolation: how to start and fence it; a fresh process without a fence if not given.
    """
    from autograder.student import StudentProcess

    return StudentProcess.spawn(
        limits=assignment.limits,
        files={name: assignment.directory / name for name in assignment.files},
        preload=assignment.preload,
        time_left=time_left,
        isolation=isolation,
        wait=False,
    )
