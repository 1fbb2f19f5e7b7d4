"""Foreign text made safe and measured in terminal columns.

Everything a student wrote, a file name included, may hold escape sequences, right-to-left overrides or a
megabyte of one letter. It passes through ``clean`` before it reaches a terminal or a page, and each line
that is printed through ``inert``.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

TAB = 4

# Whole escape sequences go first, or their printable tails ("[31m") would stay behind.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    # OSC, DCS and their kin: window titles, links, clipboard
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_NEWLINES = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
# GitHub reads "::error::" at the start of a line, indented or not, and "##[error]" anywhere in it
# (actions/runner, ActionCommand.cs); Azure and TeamCity read "##vso[" and "##teamcity[".
_COMMANDS = re.compile(r"^(\s*:)(?=:)|(#)(?=#\w*\[)", re.MULTILINE)
_MAX_MARKS = 3
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: object, *, limit: int = 2000) -> str:
    r"""``text`` without anything that a terminal obeys instead of showing.

    Escape sequences, control and format characters (bidirectional controls, zero-width characters) are
    removed, tabs become spaces, all line ends become ``\n``, what cannot be encoded becomes U+FFFD, and
    heaps of combining marks are cut. Text longer than ``limit`` characters ends in an ellipsis.
    """
    raw = str(text)
    cut = len(raw) > 4 * limit
    raw = _NEWLINES.sub("\n", _ESCAPES.sub("", raw[: 4 * limit]))
    kept: list[str] = []
    column = marks = 0
    for character in raw:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character == "\n":
            column = 0
            kept.append(character)
        elif character == "\t":
            kept.append(" " * (TAB - column % TAB))
            column += TAB - column % TAB
        elif category in ("Cs", "Co", "Cn"):
            column += 1
            kept.append(_REPLACEMENT)
        elif category not in ("Cc", "Cf", "Zl", "Zp") and marks <= _MAX_MARKS:
            column += _columns(character)
            kept.append(character)
    shown = "".join(kept)
    return f"{shown[: limit - 1]}…" if cut or len(shown) > limit else shown


def one_line(text: object, *, limit: int = 200) -> str:
    """``text`` cleaned and with every run of white space made one space."""
    return " ".join(clean(text, limit=limit).split())


def inert(text: str) -> str:
    """``text`` in which a continuous integration that reads the output along finds no command of its own."""
    return _COMMANDS.sub(r"\1\2 ", text)


def columns(text: str) -> int:
    """Columns that a terminal needs for ``text``."""
    return sum(map(_columns, text))


def fit(text: str, width: int) -> str:
    """``text``, cut with an ellipsis where it needs more than ``width`` columns."""
    return text if columns(text) <= width else f"{_head(text, width - 1)}…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``width`` columns, cut if it is longer."""
    text = fit(text, width)
    space = " " * (width - columns(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Break prose at spaces into lines of at most ``width`` columns; its own line ends stay."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            while columns(word) > width:
                if line:
                    lines.append(line)
                    line = ""
                head = _head(word, width)
                lines.append(head)
                word = word[len(head) :]
            if word and line and columns(line) + 1 + columns(word) > width:
                lines.append(line)
                line = ""
            line = f"{line} {word}" if line and word else line or word
        lines.append(line)
    return lines


def wrap_code(text: str, width: int) -> list[str]:
    """Break code after commas within brackets, so that it still runs when it is pasted.

    A line without such a comma is cut with an ellipsis: code that cannot be pasted must show it.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * min(len(line) - len(line.lstrip()) + TAB, width // 2)
        rest = line
        while columns(rest) > width:
            ends = [end for end in _breaks(rest) if end > len(indent) and columns(rest[:end]) <= width]
            if not ends:
                break
            lines.append(rest[: ends[-1]].rstrip())
            rest = indent + rest[ends[-1] :].lstrip()
        lines.append(fit(rest, width))
    return lines


def _breaks(line: str) -> list[int]:
    """Positions after a comma that is not part of a string."""
    quote = ""
    ends: list[int] = []
    for position, (before, character) in enumerate(pairwise(" " + line)):
        if quote:
            quote = "" if character == quote and before != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character == ",":
            ends.append(position + 1)
    return ends


def _columns(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _head(text: str, width: int) -> str:
    """As many characters as go into ``width`` columns, at least one."""
    used = 0
    for position, character in enumerate(text):
        used += _columns(character)
        if used > width:
            return text[: max(position, 1)]
    return text
