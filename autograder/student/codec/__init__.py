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

from autograder.student.codec.decoding import decode
from autograder.student.codec.encoding import encode, join
from autograder.student.codec.layout import DTYPES, MAX_DEPTH, CodecError, Reference, TooLarge

__all__ = ["DTYPES", "MAX_DEPTH", "CodecError", "Reference", "TooLarge", "decode", "encode", "join"]
