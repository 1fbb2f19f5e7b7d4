"""Text from the student process, made safe to show."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|.)?", re.DOTALL
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def clean(text: str, limit: int) -> str:
    """``text`` without terminal escapes, control and direction characters, at most ``limit`` characters.

    Newlines and tabs stay. A carriage return stands for what a terminal shows: the line starts again.
    """
    text = text[: 2 * limit + 100]
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    text = _CONTROLS.sub("", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def article(name: str) -> str:
    """``"a"`` or ``"an"``, whichever goes before ``name``."""
    return "an" if name[:1] in {*"AEIOUaeiou"} else "a"
