"""The time that all cells and calls of one student process may take together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.student.deadline import PATIENCE, Deadline

_LOOK = 1.0
"""Seconds of use after which the process is asked again how long it was kept from running."""


class TimeBudget:
    """Counts the seconds in cells and calls, without what other programs kept the process waiting.

    Args:
        seconds: how many there are.
        starved: how long the process has been kept from running since its start, in seconds.
    """

    def __init__(self, seconds: float, starved: Callable[[], float]) -> None:
        self._seconds = seconds
        self._starved_since_start = starved
        self._before = 0.0  # while it started
        self._taken = 0.0  # waiting included
        self._looked = 0.0  # of these, when it was last asked how long it was kept from running,
        self._starved = 0.0  # and the answer

    def begin(self) -> None:
        """The process is ready: what it was kept waiting until now is not counted."""
        self._before = self._starved_since_start()

    def look(self) -> None:
        """Ask the process how long it was kept from running; it must be alive."""
        self._looked = self._taken
        self._starved = max(self._starved, self._kept_waiting())

    @property
    def used(self) -> float:
        """Seconds taken, as of the last look."""
        return max(0.0, self._taken - min(self._starved, PATIENCE * self._seconds))

    @property
    def left(self) -> float:
        """Seconds that may still be taken, as of the last look."""
        return max(0.0, self._seconds - self.used)

    def deadline(self, most: float) -> Deadline:
        """A deadline for what begins now, after ``most`` seconds or when the budget is used up."""
        return Deadline(min(most, self.left), self._kept_waiting, self._starved)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of one cell or call."""
        if self._taken - self._looked > _LOOK:
            self.look()
        started = time.monotonic()
        try:
            yield
        finally:
            self._taken += time.monotonic() - started

    def _kept_waiting(self) -> float:
        return self._starved_since_start() - self._before
