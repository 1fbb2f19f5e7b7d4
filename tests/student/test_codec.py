from __future__ import annotations

import contextlib
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from autograder.student.codec import DTYPES, MAX_DEPTH, CodecError, Reference, TooLarge, decode, encode

arrays = nps.arrays(st.sampled_from(DTYPES), nps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | arrays
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def same(x: object, y: object) -> bool:
    """Equal in every bit, and of exactly the same type."""
    if type(x) is not type(y):
        return False
    if isinstance(x, np.ndarray):
        return x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()  # type: ignore[attr-defined]
    if isinstance(x, float):
        return struct.pack("<d", x) == struct.pack("<d", y)
    if isinstance(x, complex):
        return same(x.real, y.real) and same(x.imag, y.imag)  # type: ignore[attr-defined]
    if isinstance(x, list | tuple):
        return len(x) == len(y) and all(map(same, x, y))  # type: ignore[arg-type, call-overload]
    if isinstance(x, dict):
        return list(x) == list(y) and all(same(x[key], y[key]) for key in x)  # type: ignore[call-overload, index]
    return x == y


@given(values)
def test_what_is_encoded_comes_back_bit_for_bit(value: object) -> None:
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=200))
def test_garbage_is_a_codec_error_or_a_value(data: bytes) -> None:
    try:
        value = decode(data)
    except CodecError:
        return
    assert same(decode(encode(value)), value)


@given(values, st.data())
def test_damaged_values_are_a_codec_error_or_a_value(value: object, data: st.DataObject) -> None:
    """Flipped and missing bytes never raise anything else."""
    encoded = encode(value)
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    damaged = encoded[: data.draw(st.integers(0, len(encoded)))]
    with contextlib.suppress(CodecError):
        decode(damaged)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"?",
        b"NN",
        b"i1234567",
        b"s\xff\xff\xff\xffab",
        b"s\x02\x00\x00\x00\xff\xff",
        b"l\xff\xff\xff\xffN",
        b"l\xff\xff\x0f\x00" + b"l\x00\x00\x00\x00" * 10,
        b"d\x02\x00\x00\x00" + b"\x01\x00\x00\x00aN" * 2,
        b"l\x01\x00\x00\x00" * (MAX_DEPTH + 1) + b"N",
        b"a\xff\x00",
        b"a\x0b\x21" + b"\x01\x00\x00\x00\x00\x00\x00\x00" * 33,
        b"a\x0b\x01" + struct.pack("<q", 2**62),
        b"a\x0b\x01" + struct.pack("<q", -1),
        b"a\x0b\x03" + struct.pack("<qqq", 0, 2**62, 2**62),
        b"a\x0b\x02" + struct.pack("<qq", 2**32, 2**32),
        b"a\x00\x01" + struct.pack("<q", 1) + b"\x02",
        b"h" + struct.pack("<QB", 1, 0) + b"\x00\x00\x00\x00",
        b"z\x00\x00a\x0b\x00" + bytes(8),
    ],
)
def test_malformed_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


def test_array_sizes_are_checked_before_memory_is_taken() -> None:
    """A few bytes cannot make the grader allocate a terabyte, also not with a dimension of zero."""
    for shape in ((2**40,), (2**20, 2**20), (2**31, 2**31, 4)):
        header = b"a\x0b" + bytes([len(shape)]) + struct.pack(f"<{len(shape)}q", *shape)
        with pytest.raises(CodecError, match="cut short"):
            decode(header + bytes(64))


def test_decoded_arrays_are_plain_and_writable() -> None:
    array = decode(encode(np.arange(6.0).reshape(2, 3).T))
    assert type(array) is np.ndarray
    assert array.flags.c_contiguous
    array[0, 0] = 7.0


def test_references_carry_whether_they_can_be_called() -> None:
    marker = object()
    data = encode([marker], refer=lambda value: Reference(7, True, "Tensor"))
    assert decode(data, resolve=lambda reference: reference) == [Reference(7, True, "Tensor")]


def test_reference_ids_that_cannot_be_sent_back_are_refused() -> None:
    data = b"h" + struct.pack("<QB", 2**63, 0) + b"\x00\x00\x00\x00"
    with pytest.raises(CodecError):
        decode(data, resolve=lambda reference: reference)


class Number(float):
    """A subclass of a built-in type."""


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        Number(1.0),
        {1: 2},
        {1, 2},
        "\ud800",
        np.array([object()]),
        np.array(["a"]),
        np.array([1.0], ">f8"),
        np.longdouble(1) if np.longdouble is not np.float64 else Number(1),
        np.zeros(1, [("x", "f8")]),
        np.datetime64("2020-01-01"),
        np.ma.array([1.0]),
        math,
    ],
)
def test_everything_else_is_a_reference(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)
    seen: list[object] = []

    def refer(value: object) -> Reference:
        seen.append(value)
        return Reference(1)

    encode([value], refer=refer)
    assert len(seen) == 1
    assert seen[0] is value


@pytest.mark.parametrize("value", [np.zeros(1000), "x" * 8001, b"x" * 8001, [1.0] * 1000, {"k" * 9000: 1}])
def test_the_byte_limit_holds_for_each_type(value: object) -> None:
    with pytest.raises(TooLarge):
        encode(value, max_bytes=8000)


def test_the_byte_limit_is_exact() -> None:
    encoded = encode(np.zeros(10))
    assert encode(np.zeros(10), max_bytes=len(encoded)) == encoded
    with pytest.raises(TooLarge):
        encode(np.zeros(10), max_bytes=len(encoded) - 1)


def test_depth_and_count_have_limits() -> None:
    nested: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        nested = [nested]
    assert decode(encode(nested)) == nested
    with pytest.raises(TooLarge):
        encode([nested])
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(TooLarge):
        encode(loop)
    with pytest.raises(TooLarge):
        encode([[0] * 600_000, [0] * 600_000])


def test_tensors_travel_only_where_they_are_allowed() -> None:
    torch = pytest.importorskip("torch")
    for tensor in (
        torch.tensor([[1.0, 2.0]], requires_grad=True),
        torch.tensor(3, dtype=torch.int64),
        torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        torch.arange(6.0).reshape(2, 3).T,
        torch.tensor([True, False]),
    ):
        data = encode(tensor, tensors=True)
        back = decode(data, tensors=True)
        assert back.dtype is tensor.dtype
        assert back.requires_grad is tensor.requires_grad
        assert torch.equal(back, tensor)
        with pytest.raises(CodecError):
            decode(data)
        with pytest.raises(CodecError):
            encode(tensor)
