"""A few of the attacks, the quickest; ``make attacks`` tries all of them and prints what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.isolation.strategies import NAMES
from tests.attacks.arena import Arena
from tests.attacks.attack import HONESTLY, corpus, read

Arenas = Callable[[str], Arena]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strategies need Linux")

QUICK = ("a10_conftest_beside_it", "b01_open", "c11_kill", "d03_daemon", "e04_abstract_socket")


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("strategy", NAMES)
def test_what_came_of_it_is_what_was_expected(arena: Arenas, strategy: str, name: str) -> None:
    attack = next(attack for attack in corpus() if attack.name == name)
    trial = arena(strategy).attempt(attack)
    assert trial.as_expected, f"{trial.verdict}: {trial}"


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(HONESTLY.glob("*.py")), ids=lambda path: path.stem)
@pytest.mark.parametrize("strategy", NAMES)
def test_an_honest_notebook_just_under_a_limit_passes(arena: Arenas, strategy: str, path: Path) -> None:
    honest = read(path)
    if strategy not in honest.never_on:
        at = arena(strategy)
        folder = at.world.root / "attempts" / f"honest-{honest.name}"
        attempt = at.grade(honest.hand_in(folder, at.world.facts()))
        assert [question.points for question in attempt.result.questions] == [4, 4, 0], attempt.result
        assert attempt.result.questions[2].outcome.code == "assertion"
