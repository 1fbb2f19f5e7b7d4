"""A row for each submission as it is graded, and how far the batch has come.

On a terminal that stands in two live lines below the rows; in a log it is a line now and then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from autograder.reports.tally import Tally
from autograder.reports.terminal import Line, counts, score
from autograder.reports.text import one_line, pad

if TYPE_CHECKING:
    from autograder.reports.html import Row

PAUSE = 60.0
"""Seconds between two summaries in a log."""

_NAME_WIDTH = 30
_STYLES = {"good": "green", "bad": "red", "warn": "yellow", "dim": "dim", "title": "bold", "": ""}


def line_of(row: Row) -> Line:
    """One submission as one line: name, score, counts of verdicts, and a sentence if there was trouble."""
    result = row.result
    style = "warn" if result.inconclusive else "good" if result.passed else ""
    parts = [
        pad(one_line(result.submission), _NAME_WIDTH),
        pad(score(result), 11, right=True),
        f" {counts(result)}",
        f" {one_line(row.trouble)}" if row.trouble else "",
    ]
    return Line("  ".join(filter(None, parts)), style)


@contextmanager
def progress(total: int, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[Row], None]]:
    """Yield a function that prints a row; on a terminal there is a live area too.

    Whoever reads along may go away (``| head``): the rows that follow are stored all the same.

    Args:
        total: submissions of the batch.
        clock: seconds of a clock that never jumps.
    """
    tally = Tally(total, clock)
    if sys.stdout is None:
        yield lambda _: None
    elif sys.stdout.isatty():
        with _live(tally) as report:
            yield report
    else:
        yield _log(tally, clock)


def _log(tally: Tally, clock: Callable[[], float]) -> Callable[[Row], None]:
    digits = len(str(tally.total))
    last = clock()

    def report(row: Row) -> None:
        nonlocal last
        tally.add(row)
        with suppress(OSError):
            print(f"[{tally.done:>{digits}}/{tally.total}]  {line_of(row).text}", flush=True)
            if clock() - last >= PAUSE and tally.done < tally.total:
                last = clock()
                print(f"so far: {tally.counts}; {tally.speed or 'all graded before'}", flush=True)

    return report


@contextmanager
def _live(tally: Tally) -> Iterator[Callable[[Row], None]]:
    from rich.console import Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    def area() -> Group:
        first = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=max(tally.total, 1), completed=tally.done, width=30)
        first.add_row(bar, f"{tally.done}/{tally.total}", tally.speed)
        return Group(first, Text(tally.counts, overflow="ellipsis", no_wrap=True))

    with Live(get_renderable=area, refresh_per_second=4) as live:

        def report(row: Row) -> None:
            tally.add(row)
            line = line_of(row)
            # Text, not a string: rich would read markup in a student's file name.
            live.console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)

        yield report
