"""What lies behind each verdict code: the longer text for whom the message was too short.

The texts stand in ``explanations.toml``, by code::

    [gradient-sign]
    title = "The gradient has the wrong sign"
    meaning = "One paragraph."
    mistakes = ["One usual cause.", "Another."]
    example = "a few lines of code"
    read = "where the course treats it"
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from autograder.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The longer text of one code."""

    title: str
    meaning: str
    mistakes: tuple[str, ...]
    """What usually leads to it."""
    example: str
    """Code; empty where there is none to show."""
    read: str
    """Where the course treats it."""


@functools.cache
def explanations() -> dict[str, Explanation]:
    """All of them by code, in the order of the file."""
    data = tomllib.loads((resources.files("autograder") / "explanations.toml").read_text(encoding="utf-8"))
    return {
        code: Explanation(**{**fields, "mistakes": tuple(fields["mistakes"])})
        for code, fields in data.items()
    }


def explanation(code: str) -> Explanation:
    """The one of ``code``.

    Raises:
        UsageError: there is no such code; the message names similar ones.
    """
    known = explanations()
    # An exception's name may follow its code.
    name = code.strip().lower().partition(" ")[0]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        advice = f"similar: {', '.join(near)}" if near else "all of them: autograder explain"
        raise UsageError(f"there is no verdict code of that name ({advice}): {code}")
    return known[name]
