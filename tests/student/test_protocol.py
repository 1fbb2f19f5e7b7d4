"""A notebook that writes on the channel itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from autograder.errors import StudentStopped

if TYPE_CHECKING:
    from tests.student.conftest import Opener

PRELUDE = """
import gc, os, struct, sys, time
from autograder.student.channel import Kind
from autograder.student.codec import encode
from autograder.student.kernel import Kernel

kernel = next(o for o in gc.get_objects() if type(o) is Kernel)
sock = kernel._channel._socket

def current():
    "Id of the call that is being answered."
    return kernel._outbox._call

def frame(kind, call, body, length=None):
    sock.sendall(struct.pack("<BQI", kind, call, len(body) if length is None else length) + body)
"""

FORGERIES = {
    "an answer to another call": "frame(Kind.ANSWER, current() ^ 1, encode(1.0))",
    "an unknown kind": "frame(99, current(), b'')",
    "ready again": "frame(Kind.READY, current(), b'')",
    "a value that is none": "frame(Kind.ANSWER, current(), b'?')",
    "bytes after the value": "frame(Kind.ANSWER, current(), encode(1.0) + b'N')",
    "an error without a type": "frame(Kind.RAISED, current(), encode({'message': 'x'}))",
    "an error with a list as message": (
        "frame(Kind.RAISED, current(), encode("
        "dict(type='E', message=[], kind='', cell=None, line=None, traceback='')))"
    ),
    "an endless error": "frame(Kind.RAISED, current(), b'', 2**31)",
    "output that is none": "frame(Kind.OUTPUT, current(), encode([('what', 1)]))",
    "a huge tensor": "frame(Kind.ANSWER, current(), b'z\\0\\0a\\x0b\\x01' + struct.pack('<q', 2**40))",
    "the end of the connection": "os.close(sock.fileno()); time.sleep(60)",
    "the end of sending": "sock.shutdown(1); time.sleep(60)",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_frames_end_the_process(notebook: Opener, forgery: str) -> None:
    process = notebook(PRELUDE, f"def f():\n    {FORGERIES[forgery]}")
    with pytest.raises(StudentStopped) as caught:
        process.student.f()
    assert caught.value.code == "protocol"
    assert not process.alive


def test_a_second_answer_is_never_taken_for_the_next_calls(notebook: Opener) -> None:
    process = notebook(PRELUDE, "def f():\n    frame(Kind.ANSWER, current(), encode(1.0))\n    return 2.0")
    f = process.student.f
    with pytest.raises(StudentStopped) as caught:  # noqa: PT012 - at once, or when the next call is made
        f()
        f()
    assert caught.value.code == "protocol"


def test_an_answer_before_the_question_is_refused(notebook: Opener) -> None:
    process = notebook(PRELUDE, "def f(): return 2.0")
    f = process.student.f
    with pytest.raises(StudentStopped) as caught:  # noqa: PT012 - at once, or when the next call is made
        process.execute(3, "frame(Kind.ANSWER, 12345, encode(1.0))")
        f()
    assert caught.value.code == "protocol"


def test_a_length_of_gigabytes_takes_no_memory(notebook: Opener) -> None:
    process = notebook(PRELUDE, "def f(): frame(Kind.ANSWER, current(), b'', 2**32 - 1)")
    with pytest.raises(StudentStopped) as caught:
        process.student.f()
    assert caught.value.code == "answer-size"


def test_an_answer_byte_by_byte_meets_the_deadline(notebook: Opener) -> None:
    process = notebook(
        PRELUDE,
        "def f():\n    for b in struct.pack('<BQI', Kind.ANSWER, current(), 100) + bytes(100):\n"
        "        sock.sendall(bytes([b])); time.sleep(0.1)",
        call=0.5,
    )
    with pytest.raises(StudentStopped) as caught:
        process.student.f()
    assert caught.value.code == "timeout-call"


def test_a_request_that_is_never_read_meets_the_deadline(notebook: Opener) -> None:
    process = notebook(
        PRELUDE, "kernel._channel.receive = lambda *_: time.sleep(60)\ndef f(x): pass", call=0.5
    )
    with pytest.raises(StudentStopped) as caught:
        process.student.f(np.zeros(10**6))
    assert caught.value.code == "timeout-call"


@pytest.mark.parametrize("identity", [2**63, 2**64 - 1])
def test_forged_object_ids_cannot_harm_later_calls(notebook: Opener, identity: int) -> None:
    process = notebook(
        PRELUDE,
        f"def f(): frame(Kind.ANSWER, current(), b'h' + struct.pack('<QBI', {identity}, 0, 0))",
    )
    with pytest.raises(StudentStopped) as caught:
        process.student.f()
    assert caught.value.code == "protocol"


def test_more_objects_than_one_frame_takes_can_be_forgotten(notebook: Opener) -> None:
    """The student chooses how many handles a test holds, and must not make a later call impossible."""
    process = notebook("def f(x): return x")
    for identity in range(1_100_000, 2_200_000):  # as their handles do in the end
        process.forget(identity)
    assert process.student.f(3) == 3


def test_a_patched_comparison_changes_nothing_here(notebook: Opener) -> None:
    """The student's interpreter is not the one that compares."""
    process = notebook(
        "import builtins, math, operator\nimport numpy as np\n"
        "np.allclose = np.array_equal = math.isclose = operator.eq = lambda *a, **k: True\n"
        "def f(): return np.zeros(2)"
    )
    assert not np.allclose(process.student.f(), np.ones(2))
