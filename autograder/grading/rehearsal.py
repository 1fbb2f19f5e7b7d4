"""Do once what is slow the first time, before a grader is forked for each submission.

Much is imported, compiled or cached when it is first used. Nothing here leaves a trace that a test could see.
"""

from __future__ import annotations

import contextlib
import random
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from autograder.student import CellOutcome, StudentProcess

_LATE = (
    "autograder.student.process",
    "autograder.grading.session",
    "autograder.grading.tested",
    "autograder.notebook.weights",
    "autograder.reports.text",
)
"""Modules that are imported when a submission needs them."""


def rehearse(*, checks: bool) -> None:
    """Rehearse what the tests that have been collected may use.

    Args:
        checks: they use checks of this package.
    """
    import numpy as np

    states = random.getstate(), np.random.get_state()
    try:
        for name in _LATE:
            import_module(name)
        for part, used in ((_notebook, True), (_checks, checks), (_torch, "torch" in sys.modules)):
            if used:
                # it only saves time, and the tests may have set something with which it cannot be done
                with contextlib.suppress(Exception):
                    part()
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def _notebook() -> None:
    """Run a notebook in which nothing happens."""
    from autograder.notebook.read import Cell, Notebook
    from autograder.notebook.run import run

    run(Notebook(cells=(Cell(number=1, source="None"),)), cast("StudentProcess", _Nobody()))


def _checks() -> None:
    """Import all checks, search an input and shrink it."""
    from hypothesis import strategies

    from autograder import checks
    from autograder.checks.search import search

    for module in iter_modules(checks.__path__, f"{checks.__name__}."):
        import_module(module.name)
    search(strategies.integers(0, 9), lambda _: _Objection(), examples=5, seed=0)


def _torch() -> None:
    """Have torch import the rest of itself, which it does with the first step of training."""
    import torch

    from autograder.student.zygote import train

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    try:
        train()
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)


class _Nobody:
    """A student process in which nothing happens."""

    def execute(self, number: int, source: str) -> CellOutcome:  # noqa: ARG002
        from autograder.student import CellOutcome

        return CellOutcome(number=number, outputs=())


class _Objection:
    code = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Objection)

    __hash__ = object.__hash__
