"""Whatever arrives on the channel, a call gives plain data, a handle, or one clear verdict."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from autograder.course import Limits
from autograder.errors import StudentError, StudentStopped
from autograder.student import StudentProcess
from autograder.student.channel import HEADER, Kind
from autograder.student.codec import DTYPES, MAX_DEPTH, CodecError, decode, encode
from autograder.student.handles import Handle
from autograder.student.outputs import MAX_ITEMS, MAX_MEDIA, MAX_TEXT
from tests.fuzzing import damaged, damages, run
from tests.student.test_codec import values

LIMITS = Limits(output=2**14, answer=2**14, call=5.0, cell=5.0)
CODES = {"protocol", "answer-size", "output", "died", "memory", "timeout-call", "timeout-cell"}


class Tree:
    """The process behind the channel, as far as the system tells of it: it lives until its socket closes."""

    pid = 0
    output = None

    def measure(self) -> None: ...
    def kill(self) -> None: ...

    def running(self) -> bool:
        return True

    def wait(self, seconds: float) -> bool:
        return True

    def memory(self) -> int:
        return 0

    def out_of_memory(self) -> bool:
        return False

    def killed(self) -> bool:
        return False

    def starved(self) -> float:
        return 0.0

    def ending(self) -> str:
        return "exited with code 0"


class Wire(socket.socket):
    """The grader's end of a channel at whose other end somebody answers each request with ``reply``."""

    def __init__(self, reply: list[tuple[Any, ...]], sizes: list[int], damage: list[Any]) -> None:
        ours, self.theirs = socket.socketpair()
        super().__init__(fileno=ours.detach())
        self.theirs.setblocking(False)
        self.theirs.sendall(HEADER.pack(Kind.READY, 0, 0))
        self.reply, self.sizes, self.damage = reply, sizes, damage
        self.reads = 0

    def send(self, data: Any, *flags: int) -> int:  # type: ignore[override]
        call = HEADER.unpack_from(data)[1]
        out = b"".join(
            HEADER.pack(kind, call ^ other, (len(body) if length is None else length)) + bytes(body)
            for kind, other, length, body in self.reply
        )
        self.theirs.sendall(damaged(out, self.damage)[: 2**16])
        self.theirs.close()
        return len(data)

    def recv(self, size: int, *flags: int) -> bytes:
        """What is there, in pieces: where a message is split is up to the other end."""
        self.reads += 1
        return super().recv(min(size, self.sizes[self.reads % len(self.sizes)]))


words = st.sampled_from(
    ["stdout", "stderr", "stream", "x", "\x1b[31m", "a" * 300, "cell", "\u202e", "line\nbreak"]
)
numbers = st.none() | st.integers(-2, 3) | st.integers(-(2**63), 2**63 - 1)
bundles = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/png", "application/x"]),
    words | st.integers(0, 3),
    max_size=3,
)
events = st.lists(
    st.tuples(st.just("stream"), words, words)
    | st.tuples(st.just("display"), bundles, st.none() | words, st.booleans())
    | st.tuples(st.just("result"), bundles)
    | st.tuples(st.just("clear"), st.booleans())
    | values.map(lambda value: (value,)),
    max_size=6,
)
failures = st.fixed_dictionaries(
    {
        "type": words,
        "message": words,
        "kind": st.sampled_from(["exception", "missing", "memory", "unusable", "other"]),
        "cell": numbers,
        "line": numbers,
        "traceback": words,
    }
)
references = st.builds(
    lambda identity, is_callable, name: b"h" + struct.pack("<QBI", identity, is_callable, len(name)) + name,
    st.integers(0, 2**64 - 1),
    st.integers(0, 255),
    st.binary(max_size=6),
)
arrays = st.builds(
    lambda code, shape, data: (
        b"a" + bytes([code, len(shape)]) + struct.pack(f"<{len(shape)}q", *shape) + data
    ),
    st.integers(0, len(DTYPES)) | st.integers(0, 255),
    st.lists(st.integers(-1, 4) | st.sampled_from([2**31, 2**62, -(2**63)]), max_size=4),
    st.binary(max_size=40),
)
containers = st.builds(
    lambda tag, count, items: tag + struct.pack("<I", count) + b"".join(items),
    st.sampled_from([b"l", b"t", b"d", b"s", b"b"]),
    st.integers(0, 4) | st.sampled_from([10**6, 10**6 + 1, 2**31, 2**32 - 1]),
    st.lists(references | arrays | values.map(lambda value: bytes(encode(value))), max_size=4),
)
nested = st.builds(
    lambda tag, depth, inner: (tag + b"\x01\x00\x00\x00") * depth + inner,
    st.sampled_from([b"l", b"t"]),
    st.sampled_from([1, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 1000]),
    references | arrays,
)
bodies = (
    st.builds(lambda value: bytes(encode(value)), values | events | failures)
    | references
    | arrays
    | containers
    | nested
    | st.binary(max_size=30)
)
lengths = st.none() | st.integers(0, 40) | st.sampled_from([2**14, 2**17, 2**31, 2**32 - 1])
strays = st.tuples(st.sampled_from(Kind) | st.integers(0, 255), st.just(0) | st.just(1), lengths, bodies)
outputs = st.tuples(
    st.just(Kind.OUTPUT), st.just(0), st.none(), events.map(lambda value: bytes(encode(value)))
)
answers = (
    st.tuples(st.just(Kind.ANSWER), st.just(0), st.none(), bodies)
    | st.tuples(st.just(Kind.RAISED), st.just(0), st.none(), failures.map(lambda value: bytes(encode(value))))
    | st.tuples(
        st.just(Kind.TOO_LARGE), st.just(0), st.none(), values.map(lambda value: bytes(encode(value)))
    )
)
REPLIES = st.one_of(
    st.lists(strays, max_size=4),
    st.tuples(st.lists(outputs, max_size=3), answers).map(lambda parts: [*parts[0], parts[1]]),
)
SIZES = st.lists(st.sampled_from([1, 2, 5, 13, 100, 2**16]), min_size=1, max_size=3)
ASKED = st.sampled_from(["cell", "name", "call"])


def contents(value: object) -> Iterator[object]:
    """``value`` and everything in it."""
    yield value
    if type(value) in (list, tuple, dict):
        for item in value.values() if type(value) is dict else value:  # type: ignore[attr-defined]
            yield from contents(item)


def is_plain(value: object) -> bool:
    if type(value) is np.ndarray:
        return value.dtype.str in DTYPES and value.base is None
    return type(value) in (
        type(None),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        list,
        tuple,
        dict,
    ) or isinstance(value, Handle)


def talk(
    asked: str, reply: list[tuple[Any, ...]], sizes: list[int], damage: list[tuple[str, int, bytes]]
) -> None:
    wire = Wire(reply, sizes, damage)
    process = StudentProcess(Tree(), wire, Path("nowhere"), LIMITS, "none", 60.0)  # type: ignore[arg-type]
    try:
        if asked == "cell":
            outcome = process.execute(1, "x = 1\ny")
            assert len(outcome.outputs) <= MAX_ITEMS + 1
            assert sum(len(str(output)) for output in outcome.outputs) < MAX_TEXT + MAX_MEDIA
            if outcome.error is not None:
                described(outcome.error)
            return
        value = process.student.x if asked == "name" else process.request(Kind.CALL, 1, [], {})
        assert all(map(is_plain, contents(value)))
    except StudentError as error:
        described(error)
    except StudentStopped as stopped:
        ended(process, stopped, asked)
    finally:
        process.close()
        wire.theirs.close()


def ended(process: StudentProcess, stopped: StudentStopped, asked: str) -> None:
    assert stopped.code in CODES
    assert str(stopped).isprintable()
    assert len(str(stopped)) < 300
    assert asked != "cell" or process.interrupted is not None
    if stopped.code != "answer-size":
        assert not process.alive
        with pytest.raises(StudentStopped) as again:
            process.request(Kind.FETCH, "x")
        assert (again.value.code, str(again.value)) == (stopped.code, str(stopped))


def described(error: StudentError) -> None:
    assert error.type
    assert len(error.type) <= 100
    assert len(error.message) <= 2000
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    str(error).encode()
    if error.where is not None:
        assert error.where.cell == 1
        assert error.where.line in (None, 1, 2)


def decoded(data: bytes, damage: list[tuple[str, int, bytes]]) -> None:
    try:
        value = decode(damaged(data, damage), resolve=lambda reference: reference)
    except CodecError:
        return
    assert len(list(contents(value))) <= len(data) + 200


def test_frames_give_values_or_a_verdict() -> None:
    run(talk, cases=200, asked=ASKED, reply=REPLIES, sizes=SIZES, damage=st.just([]) | damages)


@pytest.mark.slow
def test_many_frames_give_values_or_a_verdict() -> None:
    run(talk, cases=8_000, asked=ASKED, reply=REPLIES, sizes=SIZES, damage=st.just([]) | damages)


@pytest.mark.slow
def test_many_bodies_are_values_or_refused() -> None:
    run(decoded, cases=6_000, data=bodies, damage=damages)
