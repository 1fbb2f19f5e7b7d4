"""Bytes to values."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.student.codec.layout import (
    COMPLEX,
    COUNT,
    FLOAT,
    INT,
    MAX_AXES,
    MAX_DEPTH,
    MAX_NODES,
    NUMPY_DTYPES,
    REFERENCE,
    SHAPES,
    CodecError,
    Reference,
)


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
        count: int = self.unpack(COUNT)[0]
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
        return self.unpack(INT)[0]

    def number(self, _depth: int) -> Any:
        return self.unpack(FLOAT)[0]

    def complex_number(self, _depth: int) -> complex:
        return complex(*self.unpack(COMPLEX))

    def text(self, _depth: int = 0) -> str:
        return str(self.take(self.unpack(COUNT)[0]), "utf-8")

    def bytes_(self, _depth: int) -> bytes:
        return bytes(self.take(self.unpack(COUNT)[0]))

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
        if code >= len(NUMPY_DTYPES) or axes > MAX_AXES:
            raise CodecError("not an array")
        dtype = NUMPY_DTYPES[code]
        shape = self.unpack(SHAPES[axes])
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
        identity, is_callable = self.unpack(REFERENCE)
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
