"""The student process and what a test sees of it.

Names are loaded on first use: the process itself imports modules of this package and must not bring the
grader's side in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.student.handles import Handle, MissingName, Student
    from autograder.student.outputs import CellOutcome
    from autograder.student.process import StudentProcess

__all__ = ["CellOutcome", "Handle", "MissingName", "Student", "StudentProcess"]

_MODULES = {
    "CellOutcome": "outputs",
    "Handle": "handles",
    "MissingName": "handles",
    "Student": "handles",
    "StudentProcess": "process",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
