"""The limits, held from outside while the grader waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.student.channel import ChannelClosed, Kind
from autograder.student.outputs import Outputs

if TYPE_CHECKING:
    from autograder.course import Limits
    from autograder.isolation.protocol import Tree

_FRAME_ROOM = 2**17  # a description of an exception, or a refusal
_TAIL = 4000
_MEMORY_ROOM = 64 * 2**20
"""Where the system refuses memory to one process at the limit, that refusal comes first; what is watched here
is the sum over its children."""


class LimitExceeded(Exception):  # noqa: N818 - says what happened
    """A limit was hit; ``code`` as in ``StudentStopped``."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Monitor:
    """Watches one student process; see ``channel.Watcher``."""

    def __init__(self, tree: Tree, limits: Limits) -> None:
        self._tree = tree
        self._limits = limits
        self._request: Kind | None = None
        self._subject = ""
        self._printed = 0
        self._looks_dead = False
        self._outputs: Outputs | None = None
        self.most_memory: int | None = None
        """Most bytes that were in use when somebody looked; None if nobody has."""
        self.tail = b""
        """The last that was written past the channel: a crash often leaves its reason there."""

    @property
    def outputs(self) -> Outputs:
        """Where the output of this call goes."""
        if self._outputs is None:
            self._outputs = Outputs(0)
        return self._outputs

    def begin(self, request: Kind | None, subject: str, outputs: Outputs | None = None) -> None:
        """A call starts.

        Args:
            request: what was asked; None while the process starts.
            subject: the call as the beginning of a sentence.
            outputs: where its output goes, if somebody wants it.
        """
        self._request, self._subject, self._outputs = request, subject, outputs
        self._printed = 0
        self._looks_dead = False
        self.tail = b""

    def admit(self, kind: int, length: int) -> None:
        """Refuse frames that are out of place or too long."""
        if kind == Kind.OUTPUT and self._request is not None:
            self._count(length)
        elif kind == Kind.ANSWER and self._request is not None:
            limit = self._limits.answer if self._request != Kind.EXECUTE else _FRAME_ROOM
            if length > limit:
                raise LimitExceeded("answer-size", f"{self._subject} returned more than {size(limit)}.")
        elif (
            kind not in ((Kind.RAISED, Kind.TOO_LARGE) if self._request else (Kind.READY,))
            or length > _FRAME_ROOM
        ):
            raise LimitExceeded("protocol", f"{self._subject} sent something that is not an answer.")

    def printed(self, data: bytes) -> None:
        """Count and keep what comes past the channel."""
        self.tail = (self.tail + data)[-_TAIL:]
        if self._request is not None:
            self._count(len(data))
            self.outputs.stream("stdout", data.decode("utf-8", "replace"))

    def waiting(self) -> None:
        """Look after the process during a long call."""
        if not self._tree.running():
            if self._looks_dead:  # its answer would have been read by now
                raise ChannelClosed
            self._looks_dead = True
        elif self._request is not None and self.weigh() > self._limits.memory * 1.1 + _MEMORY_ROOM:
            raise LimitExceeded(
                "memory", f"{self._subject} used more than {size(self._limits.memory)} of memory."
            )

    def weigh(self) -> int:
        """Bytes in use by the process and all that it started."""
        used = self._tree.memory()
        self.most_memory = max(used, self.most_memory or 0)
        return used

    def _count(self, length: int) -> None:
        self._printed += length
        if self._printed > self._limits.output:
            raise LimitExceeded("output", f"{self._subject} printed more than {size(self._limits.output)}.")


def size(count: int) -> str:
    """Bytes for people: ``"64 MiB"``."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
