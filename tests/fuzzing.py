"""Damage for fuzz tests, and how many cases they take.

The cases are drawn by Hypothesis without randomness of its own and without a database: each run tries the
same ones.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PIECES = (
    *(
        b"\x00",
        b"\xff",
        b'"',
        b"\\",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b"\n",
        b"\r",
        b"\x1b[2J",
        b"\x1b]0;x\x07",
    ),
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 30,
        b"9" * 5000,
        b"null",
        b"\\ud800",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
    ),
    *(b"[" * 90, b"[" * 2000, b'{"a":' * 2000, b"[]," * 50, b'"cells":', b'"nbformat":', b'"source":'),
    *(
        b"\x00\x00\x00\x00",
        b"\xff\xff\xff\xff",
        b"\xff\xff\xff\x7f",
        b"\x00\x00\x00\x80",
        b"\x01\x00\x00\x00",
    ),
)
_ACTIONS = ("set", "insert", "delete", "cut", "repeat")
damages = st.lists(
    st.tuples(
        st.sampled_from(_ACTIONS),
        st.integers(0, 2**16),
        st.sampled_from(PIECES) | st.binary(min_size=1, max_size=4),
    ),
    max_size=4,
)


def damaged(data: bytes, damage: list[tuple[str, int, bytes]]) -> bytes:
    """``data`` after each of the changes at its place."""
    for action, place, piece in damage:
        at = place % (len(data) + 1)
        before, after = data[:at], data[at:]
        match action:
            case "set":
                data = before + piece + after[len(piece) :]
            case "insert":
                data = before + piece + after
            case "delete":
                data = before + after[len(piece) :]
            case "cut":
                data = before
            case "repeat":
                data = before + after[:40] * 2 + after[40:]
    return data


def run(body: Callable[..., None], *, cases: int, **drawn: st.SearchStrategy[object]) -> None:
    """Call ``body`` with that many draws; a failure is shrunk and shown."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    steady = settings(
        max_examples=cases, derandomize=True, database=None, deadline=None, suppress_health_check=quiet
    )
    steady(given(**drawn)(body))()
