"""Tables that an instructor gives: CSV files with the names of the columns in their first line.

Fields are separated as that line says: by commas, semicolons (Excel) or tabs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.errors import UsageError

_MAX_BYTES = 32 * 2**20


def read_table(path: Path, what: str, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and fields of each line, by the names of the columns in small letters; empty lines are left out.

    Args:
        path: the file.
        what: what to call it in messages, e.g. ``"roster"``.
        wanted: columns that it must have; the first must be filled in each line.

    Raises:
        UsageError: it cannot be read, is no such table, or a column or a field is missing.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read the {what} ({error.strerror}): {path}") from None
    if len(data) > _MAX_BYTES:
        raise UsageError(f"the {what} is larger than {_MAX_BYTES // 2**20} MiB: {path}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"the {what} is not text in UTF-8 (in Excel: save as 'CSV UTF-8'): {path}") from None
    head = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
    text = text[head.end() :] if head else text
    first = text.partition("\n")[0]
    separator = head[1] if head else max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [name.strip().lower() for name in next(lines, [])]
        for name in wanted:
            if name not in columns:
                raise UsageError(f"the {what} has no column '{name}' in its first line: {path}")
        for line in lines:
            row = dict(zip(columns, (field.strip() for field in line), strict=False))
            if row.get(wanted[0]):
                yield lines.line_num, row
            elif any(row.values()):
                raise UsageError(f"line {lines.line_num} of the {what} has no {wanted[0]}: {path}")
    except csv.Error as error:
        raise UsageError(f"line {lines.line_num} of the {what} is no CSV ({error}): {path}") from None
