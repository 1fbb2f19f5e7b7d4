"""Frames over a socket: a header with kind, call id and length, then that many bytes.

One call is outstanding at a time. Every frame of the answer carries the id that the grader drew for the
call, so a frame that was written by anything else than the answer to this call is recognised.
"""

from __future__ import annotations

import enum
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from autograder.student.deadline import Deadline

HEADER = struct.Struct("<BQI")
_CHUNK = 2**16
_GRACE = 2.0
"""Seconds after its deadline for which an answer is still read: it may go on for ever."""


class Kind(enum.IntEnum):
    """What a frame is."""

    # from the grader: the body has the ids of the objects that may be forgotten, and the arguments
    EXECUTE = 1
    """Run a cell: number, source."""
    FETCH = 2
    """A global name of the notebook: name."""
    GET = 3
    """An attribute: object, name."""
    SET = 4
    """Set an attribute: object, name, value."""
    CALL = 5
    """Call an object: object, positional arguments, keyword arguments."""
    OPERATE = 6
    """Apply an operator: its name, operands."""
    VALUE = 7
    """Turn into plain data: object."""
    DEFINE = 8
    """Compile a function that the test ships: name, source, values that it uses, modules that it uses."""

    # from the student process
    READY = 16
    """The process is set up; no code of the student has run."""
    ANSWER = 17
    """The value."""
    RAISED = 18
    """The student's code raised: a description of the exception."""
    TOO_LARGE = 19
    """The answer is over a limit and is not sent."""
    OUTPUT = 20
    """Something was printed or displayed; the answer is still to come."""


class Frame(NamedTuple):
    """One frame that came in."""

    kind: int
    call: int
    body: bytearray


class ChannelTimeout(Exception):  # noqa: N818 - says what happened
    """The deadline passed."""


class ChannelClosed(Exception):  # noqa: N818
    """The other end is gone."""


class Watcher(Protocol):
    """Who is asked and told while the grader waits."""

    def admit(self, kind: int, length: int) -> None:
        """A frame of that length is about to be read; raise to refuse it."""

    def printed(self, data: bytes) -> None:
        """The process wrote ``data`` past the channel, to its standard output or standard error."""

    def waiting(self) -> None:
        """Some time has passed without an answer."""


class GraderChannel:
    """The grader's end: never blocks beyond a deadline.

    Args:
        sock: the socket.
        output: descriptor from which the process's standard output and error are drained, if there is one.
        watcher: see ``Watcher``.
        tick: seconds between calls of ``watcher.waiting``.
    """

    def __init__(
        self, sock: socket.socket, output: int | None, watcher: Watcher, *, tick: float = 0.25
    ) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._output = output
        self._watcher = watcher
        self._tick = tick
        self._next_tick = 0.0
        self._pending = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)
        if output is not None:
            os.set_blocking(output, False)
            self._selector.register(output, selectors.EVENT_READ)

    def close(self) -> None:
        """Close the socket."""
        self._selector.close()
        self._socket.close()

    def send(self, kind: Kind, call: int, body: bytearray, deadline: Deadline) -> None:
        """Send one frame.

        Raises:
            ChannelTimeout: the process did not read it before ``deadline``.
            ChannelClosed: the process is gone.
        """
        self._next_tick = time.monotonic() + self._tick
        data = memoryview(HEADER.pack(kind, call, len(body)) + body)
        while True:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                self._selector.modify(self._socket, selectors.EVENT_WRITE)
                self._wait(deadline)
                self._selector.modify(self._socket, selectors.EVENT_READ)
            except OSError:
                raise ChannelClosed from None
            if not data:
                return

    def receive(self, deadline: Deadline) -> Frame:
        """Wait for one frame.

        Raises:
            ChannelTimeout: there is none before ``deadline``.
            ChannelClosed: the process is gone.
        """
        pending = self._pending
        while len(pending) < HEADER.size:
            self._read(deadline)
        kind, call, length = HEADER.unpack_from(pending)
        self._watcher.admit(kind, length)
        while len(pending) < HEADER.size + length:
            self._read(deadline)
        body = pending[HEADER.size : HEADER.size + length]
        del pending[: HEADER.size + length]
        return Frame(kind, call, body)

    @property
    def idle(self) -> bool:
        """Whether nothing was sent beyond the frames that were received."""
        return not self._pending

    def drain(self) -> None:
        """Take what the process has printed so far, without waiting."""
        if self._output is not None:
            try:
                data = os.read(self._output, _CHUNK)
            except (BlockingIOError, InterruptedError):
                return
            if data:
                self._watcher.printed(data)
            else:
                self._selector.unregister(self._output)
                self._output = None

    def _read(self, deadline: Deadline) -> None:
        self._wait(deadline)
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            raise ChannelClosed from None
        if not data:
            raise ChannelClosed
        self._pending += data

    def _wait(self, deadline: Deadline) -> None:
        """Return when the socket may be ready; drains the output meanwhile."""
        while True:
            left = deadline.left()
            now = time.monotonic()
            if now >= self._next_tick:
                self._watcher.waiting()
                self._next_tick = now + self._tick
            socket_is_ready = False
            for key, _ in self._selector.select(max(0.0, min(left, self._next_tick - now))):
                if key.fd == self._output:
                    self.drain()
                else:
                    socket_is_ready = True
            # An answer that is there is not late, however late a busy machine let the grader look.
            if socket_is_ready and left > -_GRACE:
                return
            if left <= 0:
                raise ChannelTimeout


class StudentChannel:
    """The student's end: plain blocking reads and writes."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(True)
        self._socket = sock

    def send(self, kind: Kind, call: int, body: bytes | bytearray) -> None:
        """Send one frame."""
        self._socket.sendall(HEADER.pack(kind, call, len(body)) + body)

    def receive(self, on_no_memory: Callable[[], None]) -> Frame:
        """Wait for one frame.

        If there is no memory for its body, ``on_no_memory`` is called and the body comes back empty.

        Raises:
            ChannelClosed: the grader is gone.
        """
        data = self._more(_CHUNK)
        while len(data) < HEADER.size:
            data += self._more(_CHUNK)
        kind, call, length = HEADER.unpack_from(data)
        missing = HEADER.size + length - len(data)
        if not missing:
            return Frame(kind, call, bytearray(memoryview(data)[HEADER.size :]))
        try:
            body = bytearray(length)
        except MemoryError:
            on_no_memory()
            while missing:
                missing -= len(self._more(min(missing, _CHUNK)))
            return Frame(kind, call, bytearray())
        start = len(data) - HEADER.size
        body[:start] = memoryview(data)[HEADER.size :]
        rest = memoryview(body)[start:]
        while rest:
            count = self._socket.recv_into(rest)
            if not count:
                raise ChannelClosed
            rest = rest[count:]
        return Frame(kind, call, body)

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _more(self, size: int) -> bytes:
        data = self._socket.recv(size)
        if not data:
            raise ChannelClosed
        return data
