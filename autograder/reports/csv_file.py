"""CSV: tables of our own, in which nothing is a formula, and tables of others, changed in single cells only.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``. What we write about students gets an
apostrophe in front of it. In a file that a course system exported nothing may change, because it finds its
students again by what stands there; so all of its bytes stay, except for the cells that are filled.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import UsageError
from autograder.reports.text import inert, one_line

# A spreadsheet of another country cuts at semicolons, quotes or not, so what follows one begins a cell too.
_FORMULA = re.compile(r"(?:^|(?<=[,;\t]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_SEPARATORS = ",;\t"
_HEAD = 2**20
"""Characters in which the first line ends."""


def is_formula(value: str) -> bool:
    """Whether a spreadsheet may take a cell for something to compute."""
    return bool(_FORMULA.search(value)) and not _NUMBER.fullmatch(value)


def write(rows: Sequence[Sequence[object]]) -> str:
    """A table of our own, as RFC 4180 has it; foreign text in it is one clean line and no formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell if isinstance(cell, int | float) else _text(cell) for cell in row])
    return file.getvalue()


def _text(value: object) -> str:
    return _FORMULA.sub("'", inert(one_line(value, limit=600)))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and where it stands in the text of its file."""

    value: str
    start: int
    end: int


class Table:
    """A CSV file of somebody else.

    Args:
        data: its bytes.
        name: what to call it in messages.

    Raises:
        UsageError: it is not text in UTF-8, or not CSV.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            self._text = data[len(self._bom) :].decode()
        except UnicodeDecodeError:
            raise UsageError(f"this is not text in UTF-8; take the file as it was exported: {name}") from None
        first = _LINE_END.split(_QUOTED.sub("", self._text[:_HEAD]), maxsplit=1)[0]
        self.separator = max(_SEPARATORS, key=first.count)
        self.rows = _rows(self._text, self.separator, name)

    @property
    def header(self) -> list[str]:
        """The first line, without space around the names."""
        return [cell.value.strip() for cell in self.rows[0]] if self.rows else []

    def value(self, row: int, column: int) -> str:
        """What stands in a cell; empty where a line is too short."""
        cells = self.rows[row]
        return cells[column].value.strip() if column < len(cells) else ""

    def filled(self, cells: Mapping[tuple[int, int], str]) -> bytes:
        """The bytes of the file with other values in the cells of these rows and columns."""
        text, at = [], 0
        for (row, column), value in sorted(cells.items()):
            line = self.rows[row]
            if column < len(line):
                start, end = line[column].start, line[column].end
                quoted = self._text[start : start + 1] == '"'
                missing = ""
            else:
                start = end = line[-1].end
                quoted, missing = False, self.separator * (column - len(line) + 1)
            text += [self._text[at:start], missing, self._quoted(value, always=quoted)]
            at = end
        return self._bom + "".join([*text, self._text[at:]]).encode()

    def _quoted(self, value: str, *, always: bool) -> str:
        if always or any(character in value for character in (self.separator, '"', "\r", "\n")):
            return '"' + value.replace('"', '""') + '"'
        return value


def _rows(text: str, separator: str, name: str) -> list[list[Cell]]:
    """The cells of a text, line by line."""
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    plain = re.compile(f"[^{separator}\r\n]*")
    at = 0
    while at < len(text):
        if text[at] == '"':
            match = _QUOTED.match(text, at)
            if match is None:
                raise UsageError(f"line {len(rows) + 1} is no CSV, a quote is not closed: {name}")
            value = match[1].replace('""', '"')
        else:
            match = plain.match(text, at)
            assert match is not None
            value = match[0]
        row.append(Cell(value, at, match.end()))
        at = match.end()
        end = _LINE_END.match(text, at)
        if end is not None:
            at = end.end()
            rows.append(row)
            row = []
        elif at < len(text) and text[at] != separator:
            raise UsageError(f"line {len(rows) + 1} is no CSV, text follows a closing quote: {name}")
        elif at < len(text):
            at += 1
            if at == len(text):  # the last cell is empty, and no line end follows
                row.append(Cell("", at, at))
    return [*rows, row] if row else rows
