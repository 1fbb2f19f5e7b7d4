"""A few of the attacks, the quickest; ``make attacks`` tries all of them and prints what came of each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.attacks.attack import HONESTLY, corpus, read

if TYPE_CHECKING:
    from tests.attacks.arena import Arena

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strategies need Linux")

QUICK = ("a10_conftest_beside_it", "b01_open", "c11_kill", "d03_daemon", "e04_abstract_socket")


@pytest.mark.parametrize("name", QUICK)
def test_what_came_of_it_is_what_was_expected(arena: Arena, name: str) -> None:
    attack = next(attack for attack in corpus() if attack.name == name)
    trial = arena.attempt(attack)
    assert trial.as_expected, f"{trial.verdict}: {trial}"


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(HONESTLY.glob("*.py")), ids=lambda path: path.stem)
def test_an_honest_notebook_just_under_a_limit_passes(arena: Arena, path: Path) -> None:
    honest = read(path)
    if arena.name not in honest.never_on:
        folder = arena.world.root / "attempts" / f"honest-{honest.name}"
        attempt = arena.grade(honest.hand_in(folder, arena.world.facts()))
        assert [question.points for question in attempt.result.questions] == [4, 4, 0], attempt.result
        assert attempt.result.questions[2].outcome.code == "assertion"
        assert [str(cell.error) for cell in attempt.cells if cell.error or cell.stopped] == []
