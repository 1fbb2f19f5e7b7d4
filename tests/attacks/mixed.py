"""A class of which every fifth submission is hostile, and no two neighbours are alike."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from tests.attacks.attack import HONEST, corpus, write_notebook

if TYPE_CHECKING:
    from tests.attacks.world import World

NUMBER, HOSTILE = 200, 5

# full marks, half of them, nothing, an exception in a cell, nothing written yet, and a mistake that hidden
# tests find
WAYS = (
    HONEST,
    HONEST[:1],
    ("def double(x):\n    return x", "def average(x):\n    return 0.0"),
    ("1 / 0", *HONEST, "print('end')"),
    ("def double(x):\n    raise NotImplementedError",),
    ("def double(x):\n    return 2 * abs(x)", *HONEST[1:]),
)


RACES = ("a20_two_answers",)
"""Attacks that arrange for their own grade to depend on which of two processes is quicker."""


def hand_in_mixed(folder: Path, world: World, strategy: str) -> dict[str, tuple[str, ...]]:
    """Write the class to a new folder; returns the cells of the honest by the stems of their files.

    Args:
        folder: does not exist yet.
        world: what the hostile are aimed at.
        strategy: the isolation; what would do harm to the machine under it is left out.
    """
    hostile = cycle(
        attack
        for attack in corpus()
        if strategy not in attack.never_on
        and attack.name not in RACES
        and not attack.link
        and not attack.files
    )
    folder.mkdir()
    ways = {}
    for number in range(NUMBER):
        path = folder / f"s{number:03}.ipynb"
        if number % HOSTILE == 2:
            attack = next(hostile)
            attack.hand_in(folder / "made", world.facts()).rename(path)
            (folder / "made").rmdir()
        else:
            ways[path.stem] = WAYS[number % len(WAYS)]
            write_notebook(path, [(cell, {}) for cell in ways[path.stem]])
    return ways
