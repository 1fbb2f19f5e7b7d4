"""What runs inside: turning a student's object into an array or plain data, for ``student.value``."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from autograder.student.codec import DTYPES, MAX_DEPTH
from autograder.student.text import article


class Unusable(Exception):  # noqa: N818 - says what the object is
    """The object is neither an array nor plain data."""


def plain(value: Any, depth: int = 0) -> Any:
    """``value`` as something that travels as data.

    Tensors, array subclasses and objects with ``__array__`` become arrays; subclasses of numbers, strings and
    containers become the built-in type.

    Raises:
        Unusable: there is no such form.
    """
    if depth > MAX_DEPTH:
        raise Unusable(f"it is nested more than {MAX_DEPTH} deep")
    class_ = type(value)  # isinstance would believe an object's own word
    if value is None or class_ in (bool, float, complex, str, bytes):
        return value
    if issubclass(class_, (np.ndarray, np.generic)):
        return _array(value)
    torch = sys.modules.get("torch")
    if torch is not None and issubclass(class_, torch.Tensor):
        return _array(_tensor(value, torch))
    for kind in (bool, int, float, complex, str, bytes):
        if issubclass(class_, kind):
            return _builtin(kind, value)
    if issubclass(class_, dict):
        if not all(isinstance(key, str) for key in value):
            raise Unusable("its keys are not all strings")
        return {str.__str__(key): plain(item, depth + 1) for key, item in dict.items(value)}
    if issubclass(class_, tuple):
        return tuple(plain(item, depth + 1) for item in tuple.__iter__(value))
    if issubclass(class_, list):
        return [plain(item, depth + 1) for item in list.__iter__(value)]
    if hasattr(class_, "__array__"):
        return _array(np.asarray(value))
    name = class_.__name__[:50]
    raise Unusable(
        f"it is {article(name)} {name}, which is neither a number, an array nor a collection of these"
    )


def _builtin(kind: Any, value: Any) -> Any:
    if kind is int:
        number = int.__int__(value)
        if not -(2**63) <= number < 2**63:
            raise Unusable("it is a whole number beyond 64 bits")
        return number
    if kind in (str, bytes):
        return kind().join([value])
    return complex(value.real, value.imag) if kind is complex else float.__float__(value)


def _tensor(tensor: Any, torch: Any) -> Any:
    tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.to(torch.float32)
    return tensor.cpu().resolve_conj().resolve_neg().numpy()


def _array(value: Any) -> np.ndarray[Any, Any]:
    array = np.array(value, subok=False)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.str not in DTYPES:
        raise Unusable(f"its elements are of type {array.dtype.name}, not numbers")
    return array
