from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from autograder.course import Limits
from autograder.isolation.none import NoIsolation
from autograder.isolation.strategies import NAMES, strategy
from autograder.student import StudentProcess

if TYPE_CHECKING:
    from autograder.isolation.protocol import Isolation
    from autograder.isolation.warm import Warm

Opener = Callable[..., StudentProcess]


@pytest.fixture(scope="session")
def warm() -> Iterator[Callable[[str], Warm]]:
    """Strategies by name; each forks its processes from a warm one."""
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(strategy(name)))


@pytest.fixture(
    scope="module",
    params=["spawned", "none", *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES[1:])],
)
def isolation(request: pytest.FixtureRequest, warm: Callable[[str], Warm]) -> Isolation:
    """The ways to start a process, which must make no difference to an honest notebook."""
    return NoIsolation() if request.param == "spawned" else warm(request.param)


@pytest.fixture
def may_fork(isolation: Isolation) -> None:
    """For tests of what happens to processes that a notebook starts."""
    if isolation.name == "restricted":
        pytest.skip("restricted notebooks cannot start processes")


@pytest.fixture
def hears_itself(isolation: Isolation) -> None:
    """For tests of a notebook that sends itself signals."""
    if isolation.name in ("contained", "metered"):
        pytest.skip("the first process of a namespace does not hear its own signals")


@pytest.fixture(scope="module")
def shared(isolation: Isolation) -> Iterator[StudentProcess]:
    """One process for the tests of a module that leave it as it was."""
    with StudentProcess.spawn(isolation=isolation) as process:
        yield process


@pytest.fixture
def notebook(isolation: Isolation) -> Iterator[Opener]:
    """Opens a process, runs the cells given, and closes it after the test."""
    with ExitStack() as stack:

        def open_notebook(
            *cells: str, files: object = None, preload: object = (), **limits: float
        ) -> StudentProcess:
            process = StudentProcess.spawn(
                limits=Limits(**limits),
                files=files,  # type: ignore[arg-type]
                preload=preload,  # type: ignore[arg-type]
                isolation=isolation,
            )
            stack.enter_context(process)
            for number, source in enumerate(cells, 1):
                outcome = process.execute(number, dedent(source))
                assert outcome.error is None, outcome.error
            return process

        yield open_notebook
