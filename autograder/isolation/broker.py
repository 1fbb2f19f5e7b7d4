"""Student processes for a grader that is not their parent.

A grader that is forked for one submission cannot be the parent of a process that is forked from a warm one:
only a parent may reap, and only an ancestor gets what cuts itself loose. So its worker starts and ends
student processes, and the grader asks for it over a socket. Both are trusted; what runs in the student
process has no end of that socket.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

from autograder.errors import InfrastructureError, UsageError
from autograder.isolation.protocol import Launch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autograder.isolation.protocol import Isolation, Tree

_HEADER = struct.Struct("<QB")
_MAX_DESCRIPTORS = 4

_ASKED = frozenset({"measure", "memory", "out_of_memory", "killed", "starved", "kill", "ending"})
"""Methods of a tree that the worker answers; whether it runs, its grader sees for itself."""


class Line:
    """One end of a connection that carries pickled objects and descriptors."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, value: object, *descriptors: int) -> None:
        """Send it.

        Raises:
            OSError: the other end is gone.
        """
        data = pickle.dumps(value)
        socket.send_fds(self._socket, [_HEADER.pack(len(data), len(descriptors))], descriptors)
        self._socket.sendall(data)

    def receive(self) -> tuple[Any, list[int]]:
        """Wait for a value and the descriptors that come with it.

        Raises:
            EOFError: the other end is gone.
        """
        try:
            header, descriptors, _, _ = socket.recv_fds(
                self._socket, _HEADER.size, _MAX_DESCRIPTORS, socket.MSG_WAITALL
            )
            if len(header) < _HEADER.size:
                raise EOFError
            length, _ = _HEADER.unpack(header)
            data = bytearray(length)
            rest = memoryview(data)
            while rest:
                count = self._socket.recv_into(rest)
                if not count:
                    raise EOFError
                rest = rest[count:]
        except ConnectionError:
            raise EOFError from None
        return pickle.loads(data), descriptors  # noqa: S301 - both ends are the grader's own

    def close(self) -> None:
        """Close it."""
        self._socket.close()


class Broker:
    """The worker's side: starts student processes for one grader and ends those that it leaves.

    Args:
        line: connection to the grader.
        isolation: how they are started.
    """

    def __init__(self, line: Line, isolation: Isolation) -> None:
        self._line = line
        self._isolation = isolation
        self._trees: list[Tree] = []
        self._ended: set[int] = set()

    def serve(self) -> Any:
        """Answer until the grader sends something else, and return that.

        Raises:
            EOFError: the grader is gone.
        """
        while True:
            message, descriptors = self._line.receive()
            try:
                match message:
                    case ("start", {**launch}):
                        self._start(launch, descriptors)
                    case (int(number), str(method)) if method in _ASKED:
                        self._answer(getattr(self._trees[number], method))
                        if method == "kill":
                            self._ended.add(number)
                    case _:
                        return message
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)

    def _start(self, launch: Mapping[Any, Any], descriptors: list[int]) -> None:
        with socket.socket(fileno=os.dup(descriptors[0])) as channel:
            try:
                tree = self._isolation.start(Launch(channel=channel, **launch))
            except (UsageError, InfrastructureError) as error:
                self._line.send(("raise", error))
                return
        self._trees.append(tree)
        alive = os.pidfd_open(tree.pid)
        try:
            handed_over = [alive] if tree.output is None else [alive, tree.output]
            self._line.send(("value", (len(self._trees) - 1, tree.pid)), *handed_over)
        finally:
            os.close(alive)

    def _answer(self, ask: Callable[[], object]) -> None:
        try:
            answer = "value", ask()
        except (Exception, InfrastructureError) as error:  # noqa: BLE001 - whoever asked handles it
            answer = "raise", error
        self._line.send(answer)

    def close(self) -> None:
        """End the student processes that the grader has not ended.

        Raises:
            InfrastructureError: something of them is still running.
        """
        for number, tree in enumerate(self._trees):
            if number not in self._ended:
                tree.kill()


class Brokered:
    """The grader's side: an ``Isolation`` whose processes are started by the worker.

    Args:
        line: connection to the worker.
        name: of the strategy that the worker uses.
    """

    def __init__(self, line: Line, name: str) -> None:
        self.name = name
        self._line = line
        self._lock = threading.Lock()  # a notebook runs in the background while tests are set up

    def start(self, launch: Launch) -> BrokeredTree:
        """Have a process started.

        Raises:
            UsageError, InfrastructureError: as the worker's strategy says.
        """
        fields = {"directory": launch.directory, "preload": launch.preload, "limits": launch.limits}
        (number, pid), (alive, *output) = self._ask(("start", fields), launch.channel.fileno())
        return BrokeredTree(self, number, pid, alive, output[0] if output else None)

    def ask(self, number: int, method: str) -> Any:
        """Call a method of a tree."""
        return self._ask((number, method))[0]

    def _ask(self, message: object, *descriptors: int) -> tuple[Any, list[int]]:
        try:
            with self._lock:
                self._line.send(message, *descriptors)
                (kind, value), received = self._line.receive()
        except (OSError, EOFError):
            raise InfrastructureError("the worker that started the student process is gone") from None
        if kind == "raise":
            raise value
        return value, received


class BrokeredTree:
    """A student process whose parent is the worker; see ``protocol.Tree``."""

    def __init__(self, broker: Brokered, number: int, pid: int, alive: int, output: int | None) -> None:
        self.pid = pid
        self.output = output
        self._broker = broker
        self._number = number
        self._alive: int | None = alive
        self._ended = select.poll()
        self._ended.register(alive, select.POLLIN)

    def measure(self) -> None:
        """Measure what the process has."""
        self._broker.ask(self._number, "measure")

    def running(self) -> bool:
        """Whether the main process is alive."""
        return self._alive is not None and not self._ended.poll(0)

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the main process."""
        return self._alive is None or bool(self._ended.poll(round(1000 * seconds)))

    def memory(self) -> int:
        """Memory of the whole tree beyond the start."""
        return int(self._broker.ask(self._number, "memory"))

    def out_of_memory(self) -> bool:
        """Whether the system has ended a process of it for want of memory."""
        return bool(self._broker.ask(self._number, "out_of_memory"))

    def killed(self) -> bool | None:
        """Whether something else than the notebook has killed the main process; None if nobody can tell."""
        killed: bool | None = self._broker.ask(self._number, "killed")
        return killed

    def starved(self) -> float:
        """How long others kept it from running."""
        return float(self._broker.ask(self._number, "starved"))

    def ending(self) -> str:
        """How it ended."""
        return str(self._broker.ask(self._number, "ending"))

    def kill(self) -> None:
        """End all of it."""
        self._broker.ask(self._number, "kill")
        for descriptor in (self._alive, self.output):
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._alive = self.output = None
