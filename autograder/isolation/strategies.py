"""The strategies by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.isolation import fence
from autograder.isolation.warm import Warm

NAMES = ("none", "restricted", "contained", "metered")
"""From the weakest to the strongest."""


def strategy(name: str, *, hidden: Iterable[Path] = ()) -> Warm:
    """A strategy that forks its processes from a warm one.

    Args:
        name: one of ``NAMES``.
        hidden: files and folders that must not lie in what a student process has to read.

    Raises:
        UsageError: something of ``hidden`` does.
    """
    if name == "none":
        return Warm()
    if name == "restricted":
        return Warm(fence.restricted(hidden=hidden))
    if name == "contained":
        return Warm(fence.contained(hidden=hidden))
    if name == "metered":
        return Warm(fence.metered((), hidden=hidden), metered=True)
    raise ValueError(f"there is no isolation of that name: {name}")
