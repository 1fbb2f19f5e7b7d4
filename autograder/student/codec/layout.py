"""The layout that both directions share: tags, limits, errors. See the package for the format."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

MAX_NODES = 1_000_000
MAX_DEPTH = 32
MAX_AXES = 32

DTYPES = ("|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
"""The dtypes that an array may have; its place in this list is the dtype's code."""

NUMPY_DTYPES = tuple(np.dtype(name) for name in DTYPES)
CODES = {name: code for code, name in enumerate(DTYPES)}

INT = struct.Struct("<q")
FLOAT = struct.Struct("<d")
COMPLEX = struct.Struct("<dd")
COUNT = struct.Struct("<I")
REFERENCE = struct.Struct("<QB")
SHAPES = tuple(struct.Struct(f"<{axes}q") for axes in range(MAX_AXES + 1))
TAG_INT, TAG_FLOAT, TAG_COUNT = struct.Struct("<cq"), struct.Struct("<cd"), struct.Struct("<cI")


class CodecError(ValueError):
    """The value cannot be sent, or the bytes are not a value."""


class TooLarge(CodecError):  # noqa: N818 - says what the value is
    """The value has too many bytes, too many elements or is nested too deep."""


class Reference(NamedTuple):
    """An object that stays on the other side."""

    id: int
    is_callable: bool = False
    type: str = ""
