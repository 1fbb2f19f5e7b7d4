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

_TAG_INT = struct.Struct("<cq")
_TAG_FLOAT = struct.Struct("<cd")
_TAG_COMPLEX = struct.Struct("<cdd")
_TAG_COUNT = struct.Struct("<cI")
_INT = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_COUNT = struct.Struct("<I")
_REFERENCE = struct.Struct("<QB")


class CodecError(ValueError):
    """The value cannot be sent, or the bytes are not a value."""


class TooLarge(CodecError):
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
        self.nodes = 0

    def put(self, value: Any, depth: int) -> None:
        """Append one value; types are compared exactly, a subclass is somebody's own class."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooLarge(f"more than {MAX_NODES:,} elements")
        kind = type(value)
        if kind is np.ndarray and value.dtype.str in _CODES:
            self._array(b"a", value)
        elif kind is float:
            self.out += _TAG_FLOAT.pack(b"f", value)
        elif kind is int and value in _INT64:
            self.out += _TAG_INT.pack(b"i", value)
        elif value is None:
            self.out += b"N"
        elif kind is bool:
            self.out += b"T" if value else b"F"
        elif kind is str:
            self._string(value)
        elif kind is tuple or kind is list:
            self._sequence(b"t" if kind is tuple else b"l", tuple(value), depth)
        elif kind is dict:
            self._mapping(value, depth)
        elif kind is complex:
            self.out += _TAG_COMPLEX.pack(b"c", value.real, value.imag)
        elif kind is bytes:
            self._room(len(value))
            self.out += _TAG_COUNT.pack(b"b", len(value))
            self.out += value
        elif kind in _SCALARS:
            self._array(b"a", np.asarray(value))
        else:
            self._other(value)

    def _room(self, size: int) -> None:
        if len(self.out) + size > self.max_bytes:
            raise TooLarge(f"more than {self.max_bytes:,} bytes")

    def _string(self, value: str) -> None:
        try:
            data = value.encode()
        except UnicodeEncodeError:  # a lone surrogate: not text
            self._other(value)
            return
        self._room(len(data))
        self.out += _TAG_COUNT.pack(b"s", len(data))
        self.out += data

    def _sequence(self, tag: bytes, items: tuple[object, ...], depth: int) -> None:
        self._enter(len(items), depth)
        self.out += _TAG_COUNT.pack(tag, len(items))
        for item in items:
            self.put(item, depth + 1)

    def _mapping(self, value: dict[Any, Any], depth: int) -> None:
        items = tuple(value.items())
        try:
            keys = [key.encode() for key, _ in items if type(key) is str]
        except UnicodeEncodeError:
            keys = []
        if len(keys) != len(items):
            self._other(value)
            return
        self._enter(len(items), depth)
        self.out += _TAG_COUNT.pack(b"d", len(items))
        for key, (_, item) in zip(keys, items, strict=True):
            self._room(len(key))
            self.out += _COUNT.pack(len(key))
            self.out += key
            self.put(item, depth + 1)

    def _enter(self, count: int, depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise TooLarge(f"nested more than {MAX_DEPTH} deep")
        if self.nodes + count > MAX_NODES:
            raise TooLarge(f"more than {MAX_NODES:,} elements")
        self._room(count)

    def _array(self, tag: bytes, array: np.ndarray[Any, Any]) -> None:
        shape = array.shape
        if len(shape) > MAX_AXES:
            raise TooLarge(f"an array with more than {MAX_AXES} axes")
        self._room(array.nbytes)
        out = self.out
        out += tag
        out += bytes((_CODES[array.dtype.str], len(shape)))
        for length in shape:
            out += _INT.pack(length)
        out += array.tobytes()

    def _tensor(self, tensor: Any, torch: Any) -> None:
        data = tensor.detach().cpu().contiguous()
        is_bfloat16 = data.dtype is torch.bfloat16
        array = data.view(torch.int16).numpy().view(np.uint16) if is_bfloat16 else data.numpy()
        if array.dtype.str not in _CODES:
            raise CodecError(f"a tensor of dtype {tensor.dtype} cannot be sent")
        self.out += b"z"
        self.out += bytes((tensor.requires_grad, is_bfloat16))
        self._array(b"", array)

    def _other(self, value: object) -> None:
        torch = sys.modules.get("torch") if self.tensors else None
        if torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter):
            self._tensor(value, torch)
            return
        reference = self.refer(value) if self.refer else None
        if reference is None:
            raise CodecError(f"a value of type {type(value).__name__} cannot be sent")
        name = reference.type.encode("utf-8", "replace")
        self.out += b"h"
        self.out += _REFERENCE.pack(reference.id, reference.is_callable)
        self.out += _COUNT.pack(len(name))
        self.out += name


def decode(
    data: bytes | bytearray,
    *,
    resolve: Callable[[Reference], object] | None = None,
    tensors: bool = False,
) -> Any:
    """Rebuild a value; arrays are fresh copies that own their data.

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
        self.nodes = 0

    def value(self, depth: int) -> Any:
        """Read one value."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise CodecError("too many elements")
        read = _READERS.get(self.data[self.at])
        if read is None:
            raise CodecError("unknown tag")
        self.at += 1
        return read(self, depth)

    def _unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def _take(self, size: int) -> memoryview:
        if size > len(self.data) - self.at:
            raise CodecError("cut short")
        start, self.at = self.at, self.at + size
        return self.data[start : self.at]

    def _text(self) -> str:
        return str(self._take(self._unpack(_COUNT)[0]), "utf-8")

    def _count(self, depth: int) -> int:
        count: int = self._unpack(_COUNT)[0]
        if depth >= MAX_DEPTH:
            raise CodecError("nested too deep")
        if count > len(self.data) - self.at:  # each item takes a byte at least
            raise CodecError("cut short")
        return count

    def _items(self, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(self._count(depth))]

    def _dict(self, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for _ in range(self._count(depth)):
            key = self._text()
            if key in result:
                raise CodecError("a key twice")
            result[key] = self.value(depth + 1)
        return result

    def _array(self) -> np.ndarray[Any, Any]:
        code, axes = self._take(2)
        if code >= len(_DTYPES) or axes > MAX_AXES:
            raise CodecError("not an array")
        dtype = _DTYPES[code]
        shape = struct.unpack(f"<{axes}q", self._take(8 * axes))
        size = dtype.itemsize
        for length in shape:
            if length < 0:
                raise CodecError("not an array")
            size *= length
        data = self._take(size)
        if not size:
            return np.empty(shape, dtype)
        if code == 0 and np.frombuffer(data, np.uint8).max() > 1:
            raise CodecError("a truth value that is neither true nor false")
        return np.frombuffer(data, dtype).reshape(shape).copy()

    def _tensor(self) -> object:
        requires_grad, is_bfloat16 = self._take(2)
        if not self.tensors:
            raise CodecError("a tensor is not allowed here")
        import torch

        tensor = torch.from_numpy(self._array())
        if is_bfloat16:
            tensor = tensor.view(torch.int16).view(torch.bfloat16)
        return tensor.requires_grad_(bool(requires_grad))

    def _reference(self) -> object:
        identity, is_callable = self._unpack(_REFERENCE)
        reference = Reference(identity, bool(is_callable), self._text())
        if self.resolve is None or identity > _INT64[-1]:
            raise CodecError("a reference is not allowed here")
        return self.resolve(reference)


_READERS: dict[int, Callable[[_Reader, int], Any]] = {
    ord("N"): lambda reader, depth: None,
    ord("T"): lambda reader, depth: True,
    ord("F"): lambda reader, depth: False,
    ord("i"): lambda reader, depth: reader._unpack(_INT)[0],
    ord("f"): lambda reader, depth: reader._unpack(_FLOAT)[0],
    ord("c"): lambda reader, depth: complex(*reader._unpack(_COMPLEX)),
    ord("s"): lambda reader, depth: reader._text(),
    ord("b"): lambda reader, depth: bytes(reader._take(reader._unpack(_COUNT)[0])),
    ord("l"): lambda reader, depth: reader._items(depth),
    ord("t"): lambda reader, depth: tuple(reader._items(depth)),
    ord("d"): lambda reader, depth: reader._dict(depth),
    ord("a"): lambda reader, depth: reader._array(),
    ord("z"): lambda reader, depth: reader._tensor(),
    ord("h"): lambda reader, depth: reader._reference(),
}
