"""How far a batch has come: verdicts so far, rate, time left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from autograder.verdict import Verdict

if TYPE_CHECKING:
    from autograder.reports.html import Row


class Tally:
    """What a batch has come to.

    Args:
        total: submissions of the batch.
        clock: seconds of a clock that never jumps.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.done = 0
        self.verdicts: Counter[Verdict] = Counter()
        """Questions by verdict, of all submissions that were reached."""
        self._clock = clock
        self._graded = 0
        self._started = clock()

    def add(self, row: Row) -> None:
        """Count a submission that was reached."""
        self.done += 1
        self._graded += not row.known
        self.verdicts.update(question.outcome.verdict for question in row.result.questions)

    @property
    def rate(self) -> float | None:
        """Submissions a minute, without those that had been graded before; None while nobody knows."""
        minutes = (self._clock() - self._started) / 60
        return self._graded / minutes if self._graded and minutes > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this rate; None while nobody knows."""
        return 60 * (self.total - self.done) / self.rate if self.rate else None

    @property
    def counts(self) -> str:
        """Questions by verdict, e.g. ``"812 pass, 33 fail"``."""
        return ", ".join(f"{self.verdicts[v]} {v.value}" for v in Verdict if self.verdicts[v])

    @property
    def speed(self) -> str:
        """Rate and time left, e.g. ``"42/min, 1:05:00 left"``; empty while nobody knows."""
        rate, left = self.rate, self.left
        if rate is None or left is None:
            return ""
        number = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
        minutes, seconds = divmod(round(left), 60)
        hours, minutes = divmod(minutes, 60)
        shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        return f"{number}/min, {shown} left" if self.done < self.total else f"{number}/min"
