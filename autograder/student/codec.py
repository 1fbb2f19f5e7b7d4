"""Values as bytes: a closed set of types, rebuilt as exact built-in types and base arrays.

Both ends of the channel use it, and neither trusts the other end's lengths. There is no way to name a class
or a function in these bytes, so decoding never runs code: what is not data travels as a reference to an
object that stays where it is.

Layout, little-endian: one tag byte, then

=======  ==========================================================================================
``N``    None
``T F``  True, False
``i``    int: 8 bytes, signed
``f``    float: 8 bytes
``c``    complex: 16 bytes
``s b``  str (UTF-8), bytes: 4-byte length, then the bytes
``l t``  list, tuple: 4-byte count, then the items
``d``    dict: 4-byte count, then for each item a str without its tag and a value
``a``    ndarray: dtype code, number of axes, 8 bytes for each axis, then the items in C order
``z``    torch tensor: 1 byte *requires grad*, 1 byte *is bfloat16*, then as ndarray
``h``    reference: 8-byte id, 1 byte *is callable*, then the name of its type as a str without its tag
=======  ==========================================================================================
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

MAX_NODES = 1_000_000
MAX_DEPTH = 32
MAX_AXES = 32

DTYPES = ("|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
"""The dtypes that an array may have; its place in this list is the dtype's code."""

_DTYPES = tuple(np.dtype(name) for name in DTYPES)
_CODES = {name: code for code, name in enumerate(DTYPES)}
_SCALARS = frozenset(dtype.type for dtype in _DTYPES)
_INT64 = range(-(2**63), 2**63)

_INT = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_COUNT = struct.Struct("<I")
_REFERENCE = struct.Struct("<QB")
_SHAPES = tuple(struct.Struct(f"<{axes}q") for axes in range(MAX_AXES + 1))
_TAG_INT, _TAG_FLOAT, _TAG_COUNT = struct.Struct("<cq"), struct.Struct("<cd"), struct.Struct("<cI")


class CodecError(ValueError):
    """The value cannot be sent, or the bytes are not a value."""


class TooLarge(CodecError):  # noqa: N818 - says what the value is
    """The value has too many bytes, too many elements or is nested too deep."""


class Reference(NamedTuple):
    """An object that stays on the other side."""

    id: int
    is_callable: bool = False
    type: str = ""


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
    writer = _Writer(refer, tensors, 2**32 - 1 if max_bytes is None else max_bytes)
    writer.put(value, 0)
    if len(writer.out) > writer.max_bytes:
        raise TooLarge(f"more than {writer.max_bytes:,} bytes")
    return writer.out


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
            self.out += _TAG_INT.pack(b"i", value)
        else:
            self.other(value, depth)

    def number(self, value: float, _depth: int) -> None:
        self.out += _TAG_FLOAT.pack(b"f", value)

    def complex_number(self, value: complex, _depth: int) -> None:
        self.out += b"c"
        self.out += _COMPLEX.pack(value.real, value.imag)

    def text(self, value: str, depth: int) -> None:
        try:
            data = value.encode()
        except UnicodeEncodeError:  # a lone surrogate: not text
            self.other(value, depth)
        else:
            self.data(data, depth, b"s")

    def data(self, value: bytes, _depth: int, tag: bytes = b"b") -> None:
        self.room(len(value))
        self.out += _TAG_COUNT.pack(tag, len(value))
        self.out += value

    def sequence(self, value: list[object] | tuple[object, ...], depth: int) -> None:
        items = tuple(value)  # another thread of the student may change the list
        self.enter(len(items), depth)
        self.out += _TAG_COUNT.pack(b"l" if type(value) is list else b"t", len(items))
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
        self.out += _TAG_COUNT.pack(b"d", len(items))
        for key, (_, item) in zip(keys, items, strict=True):
            self.name(key)
            self.put(item, depth + 1)

    def name(self, data: bytes) -> None:
        self.room(len(data))
        self.out += _COUNT.pack(len(data))
        self.out += data

    def array(self, value: Any, depth: int, tag: bytes = b"a") -> None:
        code, shape = _CODES.get(value.dtype.str), value.shape
        if code is None or len(shape) > MAX_AXES:
            self.other(value, depth)
            return
        self.room(value.nbytes)
        self.out += tag
        self.out += bytes((code, len(shape)))
        self.out += _SHAPES[len(shape)].pack(*shape)
        self.out += value.tobytes()

    def scalar(self, value: Any, depth: int) -> None:
        self.array(np.asarray(value), depth)

    def tensor(self, value: Any, torch: Any) -> None:
        data = value.detach().cpu().contiguous()
        is_bfloat16 = data.dtype is torch.bfloat16
        array = data.view(torch.int16).numpy().view(np.uint16) if is_bfloat16 else data.numpy()
        if array.dtype.str not in _CODES:
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
        self.out += _REFERENCE.pack(reference.id, reference.is_callable)
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
    **{dtype.type: _Writer.scalar for dtype in _DTYPES},
}


def decode(
    data: bytes | bytearray,
    *,
    resolve: Callable[[Reference], object] | None = None,
    tensors: bool = False,
) -> Any:
    """Rebuild a value; arrays are fresh copies.

    Args:
        data: what ``encode`` made, or whatever somebody sent instead.
        resolve: gives the object that a reference stands for; without it a reference is an error.
        tensors: whether torch tensors are allowed.

    Raises:
        CodecError: ``data`` is not exactly one valid value.
    """
    reader = _Reader(data, resolve, tensors)
    try:
        value = reader.value(0)
    except CodecError:
        raise
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise CodecError(f"not a valid value: {error}") from None
    if reader.at != len(data):
        raise CodecError("there are bytes after the value")
    return value


class _Reader:
    __slots__ = ("at", "data", "nodes", "resolve", "tensors")

    def __init__(
        self, data: bytes | bytearray, resolve: Callable[[Reference], object] | None, tensors: bool
    ) -> None:
        self.data = memoryview(data)
        self.resolve = resolve
        self.tensors = tensors
        self.at = 0
        self.nodes = 1

    def value(self, depth: int) -> Any:
        """Read one value."""
        read = _READ.get(self.data[self.at])
        if read is None:
            raise CodecError("unknown tag")
        self.at += 1
        return read(self, depth)

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def take(self, size: int) -> memoryview:
        start, end = self.at, self.at + size
        if end > len(self.data):
            raise CodecError("cut short")
        self.at = end
        return self.data[start:end]

    def count(self, depth: int) -> int:
        """Number of items of a container that begins."""
        count: int = self.unpack(_COUNT)[0]
        self.nodes += count
        if depth >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise CodecError("too many elements, or nested too deep")
        return count

    def none(self, _depth: int) -> None:
        return None

    def true(self, _depth: int) -> bool:
        return True

    def false(self, _depth: int) -> bool:
        return False

    def integer(self, _depth: int) -> Any:
        return self.unpack(_INT)[0]

    def number(self, _depth: int) -> Any:
        return self.unpack(_FLOAT)[0]

    def complex_number(self, _depth: int) -> complex:
        return complex(*self.unpack(_COMPLEX))

    def text(self, _depth: int = 0) -> str:
        return str(self.take(self.unpack(_COUNT)[0]), "utf-8")

    def bytes_(self, _depth: int) -> bytes:
        return bytes(self.take(self.unpack(_COUNT)[0]))

    def list_(self, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(self.count(depth))]

    def tuple_(self, depth: int) -> tuple[Any, ...]:
        return tuple(self.list_(depth))

    def mapping(self, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for _ in range(self.count(depth)):
            key = self.text()
            if key in result:
                raise CodecError("a key twice")
            result[key] = self.value(depth + 1)
        return result

    def array(self, _depth: int = 0) -> np.ndarray[Any, Any]:
        code, axes = self.take(2)
        if code >= len(_DTYPES) or axes > MAX_AXES:
            raise CodecError("not an array")
        dtype = _DTYPES[code]
        shape = self.unpack(_SHAPES[axes])
        size = dtype.itemsize
        for length in shape:
            if length < 0:
                raise CodecError("not an array")
            size *= length
        data = self.take(size)
        if not size:
            return np.empty(shape, dtype)
        if code == 0 and np.frombuffer(data, np.uint8).max() > 1:
            raise CodecError("a truth value that is neither true nor false")
        return np.frombuffer(data, dtype).reshape(shape).copy()

    def tensor(self, _depth: int) -> object:
        requires_grad, is_bfloat16 = self.take(2)
        if not self.tensors:
            raise CodecError("a tensor is not allowed here")
        import torch

        tensor = torch.from_numpy(self.array())
        if is_bfloat16:
            tensor = tensor.view(torch.int16).view(torch.bfloat16)
        return tensor.requires_grad_(bool(requires_grad))

    def reference(self, _depth: int) -> object:
        identity, is_callable = self.unpack(_REFERENCE)
        reference = Reference(identity, bool(is_callable), self.text())
        if self.resolve is None or identity >= 2**63:
            raise CodecError("a reference is not allowed here")
        return self.resolve(reference)


_READ: dict[int, Callable[[_Reader, int], Any]] = {
    ord("N"): _Reader.none,
    ord("T"): _Reader.true,
    ord("F"): _Reader.false,
    ord("i"): _Reader.integer,
    ord("f"): _Reader.number,
    ord("c"): _Reader.complex_number,
    ord("s"): _Reader.text,
    ord("b"): _Reader.bytes_,
    ord("l"): _Reader.list_,
    ord("t"): _Reader.tuple_,
    ord("d"): _Reader.mapping,
    ord("a"): _Reader.array,
    ord("z"): _Reader.tensor,
    ord("h"): _Reader.reference,
}
