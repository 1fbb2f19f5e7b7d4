from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.attacks.arena import Arena


@pytest.fixture(scope="session")
def arena() -> Iterator[Callable[[str], Arena]]:
    """A world for each strategy."""
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(Arena(name)))
