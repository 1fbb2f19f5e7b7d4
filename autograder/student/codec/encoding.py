"""Values to bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.student.codec.layout import (
    CODES,
    COMPLEX,
    COUNT,
    MAX_AXES,
    MAX_DEPTH,
    MAX_NODES,
    NUMPY_DTYPES,
    REFERENCE,
    SHAPES,
    TAG_COUNT,
    TAG_FLOAT,
    TAG_INT,
    CodecError,
    Reference,
    TooLarge,
)


def encode(
    value: object,
    *,
    refer: Callable[[object], Reference | None] | None = None,
    tensors: bool = False,
    max_bytes: int | None = None,
) -> bytearray:
    """Encode ``value``.

    Args:
        value: what to encode.
        refer: gives the reference that stands for an object outside the closed set, or None to refuse it.
        tensors: send torch tensors as data instead of by reference.
        max_bytes: length that the result may have.

    Raises:
        CodecError: something in ``value`` cannot be sent.
        TooLarge: ``value`` is over a limit.
    """
    writer = _Writer(refer, tensors, 2**31 if max_bytes is None else max_bytes)
    writer.put(value, 0)
    if len(writer.out) > writer.max_bytes:
        raise TooLarge(f"more than {writer.max_bytes:,} bytes")
    return writer.out


def join(*parts: bytearray) -> bytearray:
    """The encoded list of values that are encoded already."""
    out = bytearray(TAG_COUNT.pack(b"l", len(parts)))
    for part in parts:
        out += part
    return out


class _Writer:
    __slots__ = ("max_bytes", "nodes", "out", "refer", "tensors")

    def __init__(
        self, refer: Callable[[object], Reference | None] | None, tensors: bool, max_bytes: int
    ) -> None:
        self.out = bytearray()
        self.refer = refer
        self.tensors = tensors
        self.max_bytes = max_bytes
        self.nodes = 1

    def put(self, value: object, depth: int) -> None:
        """Append one value; types are compared exactly, a subclass is somebody's own class."""
        _PUT.get(type(value), _Writer.other)(self, value, depth)

    def room(self, size: int) -> None:
        if len(self.out) + size > self.max_bytes:
            raise TooLarge(f"more than {self.max_bytes:,} bytes")

    def enter(self, count: int, depth: int) -> None:
        """A container begins; the nodes bound the bytes of the small things in it."""
        self.nodes += count
        if depth >= MAX_DEPTH:
            raise TooLarge(f"nested more than {MAX_DEPTH} deep")
        if self.nodes > MAX_NODES:
            raise TooLarge(f"more than {MAX_NODES:,} elements")

    def none(self, _value: None, _depth: int) -> None:
        self.out += b"N"

    def truth(self, value: bool, _depth: int) -> None:
        self.out += b"T" if value else b"F"

    def integer(self, value: int, depth: int) -> None:
        if -(2**63) <= value < 2**63:
            self.out += TAG_INT.pack(b"i", value)
        else:
            self.other(value, depth)

    def number(self, value: float, _depth: int) -> None:
        self.out += TAG_FLOAT.pack(b"f", value)

    def complex_number(self, value: complex, _depth: int) -> None:
        self.out += b"c"
        self.out += COMPLEX.pack(value.real, value.imag)

    def text(self, value: str, depth: int) -> None:
        try:
            data = value.encode()
        except UnicodeEncodeError:  # a lone surrogate: not text
            self.other(value, depth)
        else:
            self.data(data, depth, b"s")

    def data(self, value: bytes, _depth: int, tag: bytes = b"b") -> None:
        self.room(len(value))
        self.out += TAG_COUNT.pack(tag, len(value))
        self.out += value

    def sequence(self, value: list[object] | tuple[object, ...], depth: int) -> None:
        items = tuple(value)  # another thread of the student may change the list
        self.enter(len(items), depth)
        self.out += TAG_COUNT.pack(b"l" if type(value) is list else b"t", len(items))
        depth += 1
        for item in items:
            _PUT.get(type(item), _Writer.other)(self, item, depth)

    def mapping(self, value: dict[Any, object], depth: int) -> None:
        items = tuple(value.items())
        try:
            keys = [key.encode() for key, _ in items if type(key) is str]
        except UnicodeEncodeError:
            keys = []
        if len(keys) != len(items):
            self.other(value, depth)
            return
        self.enter(len(items), depth)
        self.out += TAG_COUNT.pack(b"d", len(items))
        for key, (_, item) in zip(keys, items, strict=True):
            self.name(key)
            self.put(item, depth + 1)

    def name(self, data: bytes) -> None:
        self.room(len(data))
        self.out += COUNT.pack(len(data))
        self.out += data

    def array(self, value: Any, depth: int, tag: bytes = b"a") -> None:
        code, shape = CODES.get(value.dtype.str), value.shape
        if code is None or len(shape) > MAX_AXES:
            self.other(value, depth)
            return
        self.room(value.nbytes)
        self.out += tag
        self.out += bytes((code, len(shape)))
        self.out += SHAPES[len(shape)].pack(*shape)
        self.out += value.tobytes()

    def scalar(self, value: Any, depth: int) -> None:
        self.array(np.asarray(value), depth)

    def tensor(self, value: Any, torch: Any) -> None:
        data = value.detach().cpu().contiguous()
        is_bfloat16 = data.dtype is torch.bfloat16
        array = data.view(torch.int16).numpy().view(np.uint16) if is_bfloat16 else data.numpy()
        if array.dtype.str not in CODES:
            raise CodecError(f"a tensor of dtype {value.dtype} cannot be sent")
        self.out += b"z"
        self.out += bytes((value.requires_grad, is_bfloat16))
        self.array(array, 0, b"")

    def other(self, value: Any, _depth: int) -> None:
        torch = sys.modules.get("torch") if self.tensors else None
        if torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter):
            self.tensor(value, torch)
            return
        reference = self.refer(value) if self.refer else None
        if reference is None:
            raise CodecError(f"a value of type {type(value).__name__} cannot be sent")
        self.out += b"h"
        self.out += REFERENCE.pack(reference.id, reference.is_callable)
        self.name(reference.type.encode("utf-8", "replace"))


_PUT: dict[type, Callable[[_Writer, Any, int], None]] = {
    type(None): _Writer.none,
    bool: _Writer.truth,
    int: _Writer.integer,
    float: _Writer.number,
    complex: _Writer.complex_number,
    str: _Writer.text,
    bytes: _Writer.data,
    list: _Writer.sequence,
    tuple: _Writer.sequence,
    dict: _Writer.mapping,
    np.ndarray: _Writer.array,
    **{dtype.type: _Writer.scalar for dtype in NUMPY_DTYPES},
}
