from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from textwrap import dedent

import pytest

from autograder.course import Limits
from autograder.student import StudentProcess

Opener = Callable[..., StudentProcess]


@pytest.fixture(scope="module")
def shared() -> Iterator[StudentProcess]:
    """One process for the tests of a module that leave it as it was."""
    with StudentProcess.spawn() as process:
        yield process


@pytest.fixture
def notebook() -> Iterator[Opener]:
    """Opens a process, runs the cells given, and closes it after the test."""
    with ExitStack() as stack:

        def open_notebook(
            *cells: str, files: object = None, preload: object = (), **limits: float
        ) -> StudentProcess:
            process = StudentProcess.spawn(limits=Limits(**limits), files=files, preload=preload)  # type: ignore[arg-type]
            stack.enter_context(process)
            for number, source in enumerate(cells, 1):
                outcome = process.execute(number, dedent(source))
                assert outcome.error is None, outcome.error
            return process

        yield open_notebook
