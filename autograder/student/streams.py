"""What runs inside: printing and displaying, as messages on the channel.

Anything may print at any time: threads that outlive their cell, signal handlers, destructors, forked
children. A message is only sent while a call is being answered, by one thread at a time, by the process
that owns the channel; what comes at another moment waits for the next call.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable

from autograder.student.codec import encode

Event = tuple[object, ...]

_FLUSH_SIZE = 2**14
_FLUSH_SECONDS = 0.02
_IDLE_SIZE = 2**20


class Outbox:
    """Collects output events and sends them in order.

    Args:
        send: sends one encoded list of events for the call with the given id.
    """

    def __init__(self, send: Callable[[int, bytearray], None]) -> None:
        self._send = send
        self._lock = threading.RLock()
        self._call: int | None = None
        self._busy = False
        self._events: list[Event] = []
        self._text: list[str] = []
        self._stream = ""
        self._size = 0
        self._sent = 0.0

    def begin(self, call: int) -> None:
        """A call is being answered from now on."""
        with self._lock:
            self._call = call
            self._sent = (
                0.0  # the first line is sent at once: if nothing follows, it tells how far the code came
            )

    def finish(self, answer: Callable[[], None]) -> None:
        """Send what is left, then the answer, and hold back output from then on."""
        with self._lock:
            self._flush()
            self._busy = True
            try:
                answer()
            finally:
                self._busy = False
                self._call = None

    def write(self, stream: str, text: str) -> None:
        """Something was printed."""
        with self._lock:
            if self._call is None and self._size > _IDLE_SIZE:
                return
            if stream != self._stream:
                self._seal()
                self._stream = stream
            self._text.append(text)
            self._size += len(text)
            due = self._size >= _FLUSH_SIZE or (
                "\n" in text and time.monotonic() - self._sent > _FLUSH_SECONDS
            )
            if due:
                self._flush()

    def flush(self) -> None:
        """Send what was printed."""
        with self._lock:
            self._flush()

    def put(self, event: Event) -> None:
        """Something was displayed."""
        with self._lock:
            self._seal()
            self._events.append(event)
            self._flush()

    def forked(self) -> None:
        """This is a forked child: it has no channel, and another thread may have held the lock."""
        self._lock = threading.RLock()
        self._call = None
        self._events, self._text, self._size = [], [], 0

    def _seal(self) -> None:
        if self._text:
            self._events.append(("stream", self._stream, "".join(self._text)))
            self._text = []

    def _flush(self) -> None:
        if self._call is None or self._busy:
            return
        self._seal()
        if not self._events:
            return
        events, self._events, self._size = self._events, [], 0
        self._busy = True  # a signal handler that prints must not write into the middle of this frame
        try:
            self._send(self._call, encode(events))
        finally:
            self._busy = False
            self._sent = time.monotonic()


class Stream(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr``."""

    def __init__(self, outbox: Outbox, name: str, descriptor: int) -> None:
        self._outbox = outbox
        self._name = name
        self._descriptor = descriptor
        self._owner = os.getpid()
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Always UTF-8."""
        return "utf-8"

    @property
    def name(self) -> str:
        """As in the standard library."""
        return f"<{self._name}>"

    def write(self, text: str) -> int:
        """Print ``text``."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._owner:
            os.write(self._descriptor, text.encode("utf-8", "backslashreplace"))
        elif text:
            self._outbox.write(self._name, text.encode("utf-8", "backslashreplace").decode())
        return len(text)

    def flush(self) -> None:
        """Send what was printed so far."""
        if os.getpid() == self._owner:
            self._outbox.flush()

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """The descriptor beneath, for programs that the notebook starts."""
        return self._descriptor


class _Bytes(io.RawIOBase):
    """``sys.stdout.buffer``."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)
