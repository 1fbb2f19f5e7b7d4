"""Deadlines that a busy machine does not bring forward."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 20.0
"""How many times its seconds a deadline can be put off."""


class Deadline:
    """So many seconds from now, not counting those in which the process had no processor to run on.

    The same notebook has to get the same grade on a quiet and on a crowded machine. So the time limits count
    the time in which the student's code ran, slept or waited for something of its own.

    Args:
        seconds: how many.
        starved: how long the process has been kept from running so far, in seconds; asked only when the
            deadline seems to have passed.
        before: what ``starved`` said at the start, or earlier.
    """

    def __init__(
        self, seconds: float, starved: Callable[[], float] = lambda: 0.0, before: float = 0.0
    ) -> None:
        self._seconds = seconds
        self._end = self._started = time.monotonic()
        self._end += seconds
        self._starved = starved
        self._before = before

    def left(self) -> float:
        """Seconds until it passes; 0 or less when it has."""
        left = self._end - time.monotonic()
        if left > 0:
            return left
        excused = min(self._starved() - self._before, PATIENCE * self._seconds)
        self._end = max(self._end, self._started + self._seconds + excused)
        return self._end - time.monotonic()
