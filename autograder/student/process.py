"""The student process as the grader has it: start, cells, calls, limits, end."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import types
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self

import psutil

from autograder.course import Limits
from autograder.errors import InfrastructureError, StudentError, StudentStopped, UsageError
from autograder.isolation.none import NoIsolation
from autograder.isolation.protocol import Isolation, Launch, Tree
from autograder.student import workplace
from autograder.student.channel import ChannelClosed, ChannelTimeout, Frame, GraderChannel, Kind
from autograder.student.codec import CodecError, Reference, TooLarge, decode, encode, join
from autograder.student.deadline import Deadline
from autograder.student.handles import NAMES, Handle, Student, make_handle, reference_to
from autograder.student.monitor import LimitExceeded, Monitor
from autograder.student.outputs import MAX_NOTEBOOK, CellOutcome, Outputs
from autograder.student.remote_error import student_error
from autograder.student.shipping import ShippedFunctions
from autograder.student.text import clean
from autograder.student.time_budget import TimeBudget
from autograder.verdict import Where

_START_SECONDS = 120.0
_DEATH_SECONDS = 1.0
_FORGOTTEN = 100_000
"""Objects that one call lets the process drop; the others wait for the next one."""
_TOO_LARGE = re.compile(r"more than [\d,]{1,20} (bytes|elements)|nested more than \d{1,9} deep", re.ASCII)
"""What ``codec.TooLarge`` says; it comes from the process, which could say anything."""


class StudentProcess:
    """A process that runs the cells of one notebook and then answers calls.

    Its time is counted in all cells and calls together, without what other programs kept it waiting for a
    processor. When a limit is hit, or the process ends or sends what it must not, all of it is killed and
    ``StudentStopped`` is raised, then and on every later use.

    Attributes:
        isolation: name of the strategy that fences it.
        student: the notebook as a test sees it.
        killed: whether something else than the notebook has killed it; None where nobody can tell.
        interrupted: the cell that was running when the process was stopped, with its output so far.
    """

    def __init__(
        self,
        tree: Tree,
        sock: socket.socket,
        directory: Path,
        limits: Limits,
        isolation: str,
        time_left: float,
    ) -> None:
        self.isolation = isolation
        self.student = Student(self)
        self.killed: bool | None = False
        self.interrupted: CellOutcome | None = None
        self._tree = tree
        self._limits = limits
        self._monitor = Monitor(tree, limits)
        self._channel = GraderChannel(sock, tree.output, self._monitor)
        self._time = TimeBudget(time_left, tree.starved)
        self._room = MAX_NOTEBOOK
        self._sources: dict[int, list[str]] = {}
        self._functions = ShippedFunctions(self._define)
        self._forgotten: deque[int] = deque()
        self._lock = threading.RLock()
        self._stopped: StudentStopped | None = None
        self._ready = False
        self._end = weakref.finalize(self, _end, os.getpid(), tree, self._channel, directory)

    @classmethod
    def spawn(
        cls,
        *,
        limits: Limits | None = None,
        files: Mapping[str, Path] | None = None,
        preload: Sequence[str] = (),
        time_left: float | None = None,
        isolation: Isolation | None = None,
        wait: bool = True,
    ) -> Self:
        """Start a process.

        Args:
            limits: what the student's code may use.
            files: copied into the working directory, by the relative path that the notebook uses.
            preload: modules to import before the first cell and before memory and time are counted.
            time_left: seconds for all cells and calls; ``limits.total`` if not given.
            isolation: how to start and fence it; not at all if not given.
            wait: until it is ready; if not, the first cell or call waits.

        Raises:
            InfrastructureError: it does not start; without ``wait``, the first cell or call may say so.
            UsageError: a file is missing.
        """
        limits, isolation = limits or Limits(), isolation or NoIsolation()
        directory = workplace.make(files or {})
        ours, theirs = socket.socketpair()
        try:
            launch = Launch(channel=theirs, directory=directory, preload=tuple(preload), limits=limits)
            tree = isolation.start(launch)
        except BaseException:
            ours.close()
            workplace.remove(directory)
            raise
        finally:
            theirs.close()
        left = limits.total if time_left is None else time_left
        process = cls(tree, ours, directory, limits, isolation.name, left)
        if wait:
            process._make_ready()
        return process

    @property
    def alive(self) -> bool:
        """Whether it can run cells and answer calls."""
        return self._end.alive and self._tree.running()

    @property
    def time_used(self) -> float:
        """Seconds that cells and calls have taken."""
        return self._counted().used

    @property
    def time_left(self) -> float:
        """Seconds that cells and calls may still take."""
        return self._counted().left

    def _counted(self) -> TimeBudget:
        if self.alive:
            self._time.look()
        return self._time

    def execute(self, number: int, source: str) -> CellOutcome:
        """Run one cell.

        Args:
            number: its ``[n]``.
            source: its code.

        Raises:
            StudentStopped: the process ended; ``interrupted`` has what the cell printed before.
        """
        self._sources[number] = source.splitlines()
        outputs = Outputs(number, self._room)
        try:
            failure = self._ask(Kind.EXECUTE, number, source, cell=number, outputs=outputs)
            error, traceback = failure or (None, "")
        except StudentStopped as stopped:
            self.interrupted = CellOutcome(number=number, outputs=outputs.finished(), stopped=stopped.code)
            raise
        finally:
            self._room = max(0, self._room - outputs.kept)
        if error is not None:
            outputs.error(error.type, error.message, traceback)
        return CellOutcome(number=number, outputs=outputs.finished(), error=error)

    def request(self, kind: Kind, *arguments: object) -> Any:
        """Make one call; what handles are built on.

        Raises:
            StudentError: the student's code raised.
            StudentStopped: the process ended, or the answer is over its limit.
            UsageError: an argument cannot be sent.
        """
        return self._ask(kind, *arguments)

    def forget(self, identity: int) -> None:
        """Let the process drop an object that has no handle any more, with the next call."""
        self._forgotten.append(identity)

    def close(self) -> None:
        """Kill the process and everything that it started, and remove its directory. Safe to call again.

        Raises:
            InfrastructureError: something of it is still running.
        """
        if self._ready and self._end.alive:
            with contextlib.suppress(
                OSError, InfrastructureError, psutil.Error
            ):  # gone while it is looked at
                if self._tree.running():
                    self._monitor.weigh()
        self._end()

    @property
    def most_memory(self) -> int | None:
        """Most bytes that it and all that it started were seen to use, in long calls and at the end.

        Beyond what the process had before the first cell; None if nobody could look.
        """
        return self._monitor.most_memory

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, kind: Kind, *arguments: object, cell: int | None = None, outputs: Outputs | None = None
    ) -> Any:
        with self._lock:
            self._require_running()
            if not self._ready:
                self._make_ready()
            try:  # functions among the arguments make calls of their own here
                encoded = encode(list(arguments), refer=self._refer, tensors=True)
            except TooLarge as error:
                raise UsageError(f"the arguments are too large for the student's code: {error}") from None
            except CodecError as error:
                raise UsageError(f"cannot call the student's code: {error}") from None
            self._require_running()
            forgotten = [self._forgotten.popleft() for _ in range(min(len(self._forgotten), _FORGOTTEN))]
            body = join(encode(forgotten), encoded)
            subject = "The call" if cell is None else f"Cell {cell}"
            limit = self._limits.call if cell is None else self._limits.cell
            self._monitor.begin(kind, subject, outputs)
            with self._time.running():
                return self._converse(kind, body, subject, limit, cell)

    def _converse(self, kind: Kind, body: bytearray, subject: str, limit: float, cell: int | None) -> Any:
        """Send the call and wait for its answer, within the limits.

        Args:
            kind: what is asked.
            body: the encoded arguments.
            subject: the call as the beginning of a sentence.
            limit: seconds.
            cell: number of the cell, if it is one.
        """
        where = None if cell is None else Where(cell=cell)
        left, deadline = self._time.left, self._time.deadline(limit)
        try:
            if left <= 0:
                raise ChannelTimeout
            frame = self._exchange(kind, body, deadline)
            if cell is not None:
                self._channel.drain()
            return self._open(kind, frame)
        except LimitExceeded as exceeded:
            self._stop(exceeded.code, str(exceeded), where)
        except ChannelTimeout:
            if limit <= left:
                code = "timeout-call" if cell is None else "timeout-cell"
                self._stop(code, f"{subject} took more than {limit:g} seconds.", where)
            self._stop(
                "timeout-total",
                f"The notebook took more than {self._limits.total:g} seconds in total.",
                where,
            )
        except ChannelClosed:
            self._stop(*self._death(subject), where)
        except CodecError as error:
            self._stop("protocol", f"{subject} sent something that is not an answer ({error}).", where)
        except (StudentError, StudentStopped):
            raise
        except BaseException:  # e.g. Ctrl-C: the answer is still to come, nobody will wait for it
            self.close()
            raise

    def _exchange(self, kind: Kind, body: bytearray, deadline: Deadline) -> Frame:
        call = int.from_bytes(os.urandom(8), "little")
        self._channel.send(kind, call, body, deadline)
        while True:
            frame = self._channel.receive(deadline)
            if frame.call != call:
                raise CodecError("not the answer to this call")
            if frame.kind != Kind.OUTPUT:
                break
            self._monitor.outputs.add(decode(frame.body))
        if not self._channel.idle:
            raise CodecError("more than one answer")
        return frame

    def _open(self, kind: Kind, frame: Frame) -> Any:
        value = decode(frame.body, resolve=lambda reference: make_handle(self, reference))
        if frame.kind == Kind.ANSWER:
            if kind is Kind.EXECUTE and value is not None:
                return student_error(value, self._sources), value["traceback"]
            return value
        if frame.kind == Kind.TOO_LARGE:
            detail = f": {value}" if isinstance(value, str) and _TOO_LARGE.fullmatch(value) else ""
            raise StudentStopped("answer-size", f"The call returned something too large{detail}.")
        raise student_error(value, self._sources, may_be_missing=kind in (Kind.FETCH, Kind.GET))

    def _refer(self, value: object) -> Reference | None:
        value = getattr(value, "__autograder_beside__", value)
        if isinstance(value, types.FunctionType):
            value = self._functions.handle(value)
        elif isinstance(value, Student):
            return NAMES if value is self.student else None
        return reference_to(value, self) if isinstance(value, Handle) else None

    def _define(self, *shipment: object) -> Any:
        return self._ask(Kind.DEFINE, *shipment)

    def _make_ready(self) -> None:
        try:
            self._await_ready()
            self._tree.measure()
        except BaseException:
            self.close()
            raise
        self._ready = True

    def _await_ready(self) -> None:
        self._monitor.begin(None, "The process")
        try:
            self._channel.receive(Deadline(_START_SECONDS))
        except ChannelTimeout:
            reason = f"it was not ready after {_START_SECONDS:g} seconds"
        except ChannelClosed:
            if self._tree.wait(_DEATH_SECONDS):
                self.killed = self._tree.killed()
            self._channel.drain()
            last = clean(self._monitor.tail.decode("utf-8", "replace"), 4000).strip().splitlines()
            reason = last[-1] if last else "it ended without a word"
        except LimitExceeded as error:
            reason = str(error)
        else:
            self._time.begin()
            return
        raise InfrastructureError(f"cannot start a Python process for the notebook: {reason}")

    def _death(self, subject: str) -> tuple[str, str]:
        """Code and sentence for a channel that has closed."""
        if not self._tree.wait(_DEATH_SECONDS):
            return "protocol", f"{subject} closed the connection to the grader."
        ending = self._tree.ending()
        try:
            self._channel.drain()
        except LimitExceeded as exceeded:
            return exceeded.code, str(exceeded)
        said = any(word in self._monitor.tail for word in (b"MemoryError", b"bad_alloc"))
        if said or self._tree.out_of_memory():
            return "memory", f"{subject} ran out of memory, and the notebook's process {ending}."
        self.killed = self._tree.killed()
        return "died", f"{subject} did not finish: the notebook's process {ending}."

    def _stop(self, code: str, message: str, where: Where | None) -> NoReturn:
        self._stopped = StudentStopped(code, message, where=where)
        self.close()
        raise self._stopped from None

    def _require_running(self) -> None:
        if self._stopped is not None:
            raise StudentStopped(self._stopped.code, self._stopped.message, where=self._stopped.where)
        if not self._end.alive:
            raise InfrastructureError("the student process was closed already")


def _end(owner: int, tree: Tree, channel: GraderChannel, directory: Path) -> None:
    if os.getpid() != owner:  # a forked copy of the grader: the process is not its own
        return
    tree.kill()
    channel.close()
    workplace.remove(directory)
