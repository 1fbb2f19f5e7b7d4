"""What a regrade would move, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.reports.text import inert, one_line, pad

if TYPE_CHECKING:
    from autograder.grading.moves import Move

_NAME_WIDTH = 30


def lines(moves: Sequence[Move], graded: int) -> list[str]:
    """A line for each submission whose grade would change: name, score before and after, and why.

    Args:
        moves: the changes.
        graded: how many submissions were graded again.
    """
    found = [f"{len(moves)} of {graded} grades would move"]
    for move in moves:
        name = pad(one_line(move.submission), _NAME_WIDTH)
        why = ", ".join(f"{one_line(id)} {was or 'new'} → {now or 'gone'}" for id, was, now in move.questions)
        found.append(f"  {name}  {_score(move.before)} → {_score(move.after)}  {why}".rstrip())
    return [inert(line) for line in found]


def _score(score: float | None) -> str:
    return "?" if score is None else f"{score:g}"
