"""What a cell printed and displayed, as notebook outputs, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.student.codec import CodecError
from autograder.student.text import clean

if TYPE_CHECKING:
    from autograder.errors import StudentError

MAX_TEXT = 64 * 2**10
MAX_MEDIA = 2 * 2**20
MAX_ITEMS = 500
MAX_NOTEBOOK = 32 * 2**20
"""What all cells of a notebook may leave with the grader together."""
_KEPT_TYPES = (
    *("text/plain", "text/html", "text/markdown", "text/latex"),
    *("image/png", "image/jpeg", "image/svg+xml"),
)

Output = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOutcome:
    """One cell after it ran."""

    number: int
    """Its ``[n]``."""
    outputs: tuple[Output, ...] = ()
    """What it printed and displayed, as notebook outputs, capped."""
    error: StudentError | None = None
    """The exception that ended it."""
    stopped: str = ""
    """Code of ``StudentStopped`` if the process ended during the cell."""


class Outputs:
    """Outputs of one cell; keeps the first 64 KiB of text, 2 MiB of displays, 500 items.

    Args:
        number: the cell's ``[n]``.
        room: characters that the notebook may still leave.
    """

    def __init__(self, number: int, room: int = MAX_NOTEBOOK) -> None:
        self.items: list[Output] = []
        self._number = number
        self._most = min(MAX_TEXT, room), min(MAX_MEDIA, room)
        self._text, self._media = self._most
        self._clear_later = False
        self._displays: dict[str | None, list[Output]] = {}

    def add(self, events: object) -> None:
        """Take in the events of one message.

        Raises:
            CodecError: they are not events.
        """
        if type(events) is not list:
            raise CodecError("not a list of output events")
        for event in events:
            match event:
                case ("stream", "stdout" | "stderr" as name, str(text)):
                    self.stream(name, text)
                case ("display", dict(data), str() | None as identity, bool(is_update)):
                    self._display(data, identity, is_update)
                case ("result", dict(data)):
                    self._append(
                        {
                            "output_type": "execute_result",
                            "execution_count": self._number,
                            "data": self._bundle(data),
                            "metadata": {},
                        }
                    )
                case ("clear", bool(wait)):
                    self._clear_later = wait
                    if not wait:
                        self._clear()
                case _:
                    raise CodecError("not an output event")

    def stream(self, name: str, text: str) -> None:
        """Something was printed."""
        last = self.items[-1] if self.items and not self._clear_later else None
        if last is None or last.get("name") != name:
            if not self._text:
                return
            last = {"output_type": "stream", "name": name, "text": ""}
            self._append(last)
        kept = text[: self._text]
        last["text"] += kept
        self._text -= len(kept)
        if len(kept) < len(text) and kept:
            last["text"] += "\n[the rest of this output is not kept]\n"

    def error(self, type: str, message: str, traceback: str) -> None:
        """The cell ended with an exception."""
        lines = clean(traceback, MAX_TEXT).splitlines()
        self.items.append({"output_type": "error", "ename": type, "evalue": message, "traceback": lines})

    @property
    def kept(self) -> int:
        """Characters that are kept so far."""
        return sum(self._most) - self._text - self._media

    def finished(self) -> tuple[Output, ...]:
        """The outputs, safe to show as text."""
        for item in self.items:
            if item["output_type"] == "stream":
                item["text"] = clean(item["text"], MAX_TEXT + 100)
        return tuple(self.items)

    def _append(self, item: Output, identity: str | None = None) -> None:
        if self._clear_later:
            self._clear()
        if len(self.items) < MAX_ITEMS:
            self.items.append(item)
            if identity is not None:
                self._displays.setdefault(identity, []).append(item)

    def _clear(self) -> None:
        self.items.clear()
        self._displays.clear()
        self._text, self._media = self._most
        self._clear_later = False

    def _bundle(self, data: dict[str, Any]) -> dict[str, str]:
        bundle = {}
        for name in _KEPT_TYPES:
            value = data.get(name)
            if isinstance(value, str) and len(value) <= self._media:
                self._media -= len(value)
                bundle[name] = clean(value, MAX_MEDIA) if name.startswith("text/") else value
        return bundle or {"text/plain": "[this output is too large to keep]"}

    def _display(self, data: dict[str, Any], identity: str | None, is_update: bool) -> None:
        bundle = self._bundle(data)
        if is_update:
            for item in self._displays.get(identity, ()):
                item["data"] = bundle
            return
        self._append({"output_type": "display_data", "data": bundle, "metadata": {}}, identity)
