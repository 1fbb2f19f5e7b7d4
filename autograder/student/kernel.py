"""What runs inside the student process: executes cells, then answers calls.

Nothing here is a defence. The student's code shares this interpreter and may change any of it; all that it
can change is its own answers.
"""

from __future__ import annotations

import contextlib
import mmap
import operator
import os
import socket
from collections.abc import Callable
from importlib import import_module
from typing import Any

from autograder.student.channel import ChannelClosed, Frame, Kind, StudentChannel
from autograder.student.codec import CodecError, Reference, TooLarge, decode, encode
from autograder.student.failure import describe
from autograder.student.plain import Unusable, plain
from autograder.student.shell import CellShell
from autograder.student.streams import Outbox
from autograder.student.text import article

_OPERATORS: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in (
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
        *("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul"),
        *("neg", "pos", "abs", "getitem", "setitem"),
    )
}
_SPARE = 4 * 2**20
_PR_SET_PDEATHSIG = 1
_KILL = 9


class Missing(Exception):  # noqa: N818 - says what happened
    """The notebook, or an object of it, has no such name."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


class Names:
    """The notebook's names as a test's function sees them that runs here: ``student.relu``."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> object:
        try:
            return self._names[name]
        except KeyError:
            raise Missing("NameError", f"the notebook defines no {name}") from None

    def __getattr__(self, name: str) -> object:
        return self[name]

    def run(self, function: Callable[..., object], /, *args: object, **kwargs: object) -> object:
        """As ``Student.run``, which is a plain call here. A notebook's own ``run`` is ``student["run"]``."""
        return function(*args, **kwargs)

    def value(self, x: object, /) -> object:
        """As ``Student.value``."""
        return plain(x)


class Kernel:
    """The shell, the objects that the grader holds handles of, and the loop that answers.

    Args:
        sock: the student's end of the channel.
        max_answer: bytes that one answer may have.
        dies_with_parent: let the system end the process if the grader is killed during a call; between calls
            it notices by itself.
    """

    def __init__(self, sock: socket.socket, max_answer: int, *, dies_with_parent: bool = False) -> None:
        self._channel = StudentChannel(sock)
        self._max_answer = max_answer
        self._owner = os.getpid()
        self._outbox = Outbox(lambda call, body: self._channel.send(Kind.OUTPUT, call, body))
        self._shell = CellShell.create(self._outbox)
        self._names = Names(self._shell.user_ns)
        self._objects: dict[int, object] = {0: self._names}  # see handles.NAMES
        self._last_id = 0
        self._spare: mmap.mmap | None = None
        self._save_memory()
        self._actions: dict[int, Callable[..., object]] = {
            Kind.EXECUTE: self._execute,
            Kind.FETCH: self._fetch,
            Kind.GET: self._get,
            Kind.SET: setattr,
            Kind.CALL: lambda target, args, kwargs: target(*args, **kwargs),
            Kind.OPERATE: self._operate,
            Kind.VALUE: plain,
            Kind.DEFINE: self._define,
        }
        self._on_parents_death = _parent_death_signal() if dies_with_parent else lambda _: None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def serve(self) -> None:
        """Answer calls; returns when the grader is gone."""
        self._channel.send(Kind.READY, 0, b"")
        try:
            while True:
                frame = self._channel.receive(self._free_memory)
                self._on_parents_death(_KILL)
                kind, body = self._answer(frame)
                if os.getpid() != self._owner:
                    os._exit(0)  # a forked child came back from the student's code
                self._on_parents_death(
                    0
                )  # from here on the closed channel says so, and leaves time to tidy up
                self._outbox.finish(lambda: self._channel.send(kind, frame.call, body))  # noqa: B023
        except (ChannelClosed, OSError):
            if os.getpid() != self._owner:
                os._exit(0)

    def _answer(self, frame: Frame) -> tuple[Kind, bytes | bytearray]:
        first_new = self._last_id
        try:
            if not frame.body:
                raise MemoryError
            self._save_memory()
            released, arguments = decode(frame.body, resolve=self._resolve, tensors=True)
            for identity in released:
                self._objects.pop(identity, None)
            self._outbox.begin(frame.call)
            value = self._actions[frame.kind](*arguments)
            del arguments
        except BaseException as error:  # noqa: BLE001 - the student's code may raise anything
            self._outbox.begin(frame.call)
            return Kind.RAISED, self._describe(error)
        try:
            max_bytes = None if frame.kind == Kind.EXECUTE else self._max_answer
            return Kind.ANSWER, encode(value, refer=self._refer, max_bytes=max_bytes)
        except TooLarge as error:
            for identity in range(first_new + 1, self._last_id + 1):
                self._objects.pop(identity, None)
            return Kind.TOO_LARGE, encode(str(error))
        except BaseException as error:  # noqa: BLE001 - memory, or a signal handler of the student
            return Kind.RAISED, self._describe(error)

    def _describe(self, error: BaseException) -> bytes | bytearray:
        if isinstance(error, MemoryError):
            self._free_memory()
        failure = describe(error)
        if isinstance(error, Missing):
            failure.update(type=error.type, kind="missing", cell=None, line=None)
        elif isinstance(error, Unusable | CodecError):
            failure.update(type="TypeError", kind="unusable")
        return encode(failure)

    def _save_memory(self) -> None:
        """Set some aside, to have it for the report that there is no more.

        Past the allocator, which might not give back what it has freed.
        """
        if self._spare is None:
            with contextlib.suppress(OSError):
                self._spare = mmap.mmap(-1, _SPARE)

    def _free_memory(self) -> None:
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def _forked(self) -> None:
        self._outbox.forked()
        self._channel.close()

    def _refer(self, value: object) -> Reference:
        self._last_id += 1
        self._objects[self._last_id] = value
        return Reference(self._last_id, callable(value), type(value).__name__[:100])

    def _resolve(self, reference: Reference) -> object:
        return self._objects[reference.id]

    def _execute(self, number: int, source: str) -> object:
        error = self._shell.run_numbered(number, source)
        if error is None:
            return None
        if isinstance(error, MemoryError):
            self._free_memory()
        return describe(error, with_traceback=True)

    def _fetch(self, name: str) -> object:
        return self._names[name]

    def _get(self, target: object, name: str) -> object:
        try:
            return getattr(target, name)
        except AttributeError as error:
            if error.name not in (name, None) or (error.obj is not None and error.obj is not target):
                raise  # something else is missing, deeper in the student's own code
            raise Missing("AttributeError", f"{_named(target)} has no {name}") from None

    def _operate(self, name: str, operands: list[Any]) -> object:
        if name in ("getitem", "setitem"):
            operands[1] = _index(operands[1])
        return _OPERATORS[name](*operands)

    def _define(self, name: str, source: str, values: dict[str, Any], modules: dict[str, str]) -> object:
        namespace = {**values, **{alias: import_module(module) for alias, module in modules.items()}}
        exec(compile(source, f"<{name} of the test>", "exec"), namespace)  # noqa: S102 - the test's own code
        return namespace[name]


def _index(spec: Any) -> Any:
    """Undo ``handles.index_spec``."""
    kind, *parts = spec
    if kind == "slice":
        return slice(*parts)
    if kind == "tuple":
        return tuple(_index(part) for part in parts)
    return ... if kind == "ellipsis" else parts[0]


def _named(target: object) -> str:
    name = target.__name__ if isinstance(target, type) else type(target).__name__
    return f"{article(name)} {name}"


def _parent_death_signal() -> Callable[[int], object]:
    """Gives Linux' way of choosing the signal that comes when the parent ends."""
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    return lambda number: prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
