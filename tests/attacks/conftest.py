from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.isolation.strategies import NAMES
from tests.attacks.arena import Arena, available


@pytest.fixture(scope="session")
def at_hand() -> list[str]:
    """The strategies that this machine has."""
    return available()


@pytest.fixture(scope="module", params=NAMES)
def arena(request: pytest.FixtureRequest, at_hand: list[str]) -> Iterator[Arena]:
    """A world for each strategy; one at a time, since the grader has one environment."""
    if request.param not in at_hand:
        pytest.skip(f"this system or user has no isolation {request.param}")
    with Arena(request.param) as opened:
        yield opened
