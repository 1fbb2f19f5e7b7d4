"""A row for each submission as it is graded, with a bar below them where a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from autograder.reports.terminal import Line, counts, score
from autograder.reports.text import one_line, pad

if TYPE_CHECKING:
    from autograder.reports.html import Row

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
def progress(total: int) -> Iterator[Callable[[Row], None]]:
    """Yield a function that prints a row; on a terminal there is a progress bar too.

    Whoever reads along may go away (``| head``): the rows that follow are stored all the same.
    """
    if sys.stdout is None:
        yield lambda _: None
        return
    if sys.stdout.isatty():
        with _bar(total) as report:
            yield report
        return
    done = 0
    digits = len(str(total))

    def plain(row: Row) -> None:
        nonlocal done
        done += 1
        with suppress(OSError):
            print(f"[{done:>{digits}}/{total}]  {line_of(row).text}", flush=True)

    yield plain


@contextmanager
def _bar(total: int) -> Iterator[Callable[[Row], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn
    from rich.text import Text

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns) as shown:
        task = shown.add_task("", total=total)

        def report(row: Row) -> None:
            line = line_of(row)
            # Text, not a string: rich would read markup in a student's file name.
            shown.console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)
            shown.advance(task)

        yield report
