"""When things were handed in, by a list that the instructor gives: a CSV file.

::

    id;handed_in
    s1001;2026-11-02 23:41
    s1002;2026-11-03T00:12:07+01:00

``id`` is the name of a row of the batch. A time without an offset is one on the clocks of the course.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.dates import earliest, moment
from autograder.errors import UsageError
from autograder.grading.intake.naming import printable, stem
from autograder.grading.intake.table import read_table


def read_times(path: Path, zone: tzinfo | None) -> dict[str, datetime]:
    """Read such a list: id to the time in UTC.

    Args:
        path: the file.
        zone: the course's; None if its settings name none.

    Raises:
        UsageError: it cannot be read, a time is none, or nobody knows its time zone.
    """
    found: dict[str, datetime] = {}
    for number, row in read_table(path, "list of times", ("id", "handed_in")):
        text = row.get("handed_in", "")
        if not text:
            continue
        when = moment(text)
        where = f"line {number} of the list of times"
        if when is None:
            raise UsageError(f"{where} has no time such as 2026-11-02T23:41 ({text[:40]!r}): {path}")
        if when.tzinfo is not None:
            at = when.astimezone(UTC)
        elif zone is not None:
            at = earliest(when, zone)
        else:
            raise UsageError(
                f"{where} names no time zone: write e.g. 2026-11-02T23:41+01:00, or add the setting "
                f"'timezone' to [tool.autograder] of pyproject.toml: {path}"
            )
        name = printable(stem(row["id"]))
        if found.setdefault(name, at) != at:
            raise UsageError(f"{where} gives another time for the same id ({name}): {path}")
    return found
