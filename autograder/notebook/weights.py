"""Trained weights that are handed in beside a notebook: where they lie, and how they are read.

The format is safetensors: names, shapes and numbers, and nothing that could be executed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import CheckFailed, InfrastructureError, StudentError, StudentStopped
from autograder.notebook.read import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from autograder.course import Assignment

MAX_BYTES = 32 * 2**20
"""Larger files are refused unread; the networks of a course have some 100 KiB."""
MAX_HEADER = 2**20
"""Of names and shapes: what is made of them takes some 30 bytes of memory for each."""

_SUFFIX = ".safetensors"
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U8": "u1", "BOOL": "?",
}  # fmt: skip


class UnreadableWeights(Exception):  # noqa: N818 - what happened, not an error of the grader
    """There are no weights to be had; the message is one sentence for the student."""


def weights_of(notebook: Path, assignment: Assignment) -> Path:
    """Where the weights of a notebook are looked for; there need be none.

    Beside ``alice.ipynb`` they are called ``alice.safetensors``, or as the assignment calls them. The
    latter is nobody's in a folder with several notebooks.

    Raises:
        InfrastructureError: the folder cannot be read.
    """
    own = notebook.with_suffix(_SUFFIX)
    shared = notebook.parent / assignment.weights
    if os.path.lexists(own) or not os.path.lexists(shared):
        return own if os.path.lexists(own) else shared
    try:
        notebooks = [path for path in notebook.parent.iterdir() if path.name.lower().endswith(".ipynb")]
    except OSError as error:
        raise InfrastructureError(
            f"the folder of {notebook.name} cannot be read ({error.strerror})"
        ) from None
    return shared if len(notebooks) <= 1 else own


def weights_bytes(path: Path) -> bytes:
    """The bytes of a file of weights, not yet parsed.

    Raises:
        UnreadableWeights: the file is missing, no regular file, or too large.
        InfrastructureError: the system does not let us read it.
    """
    return read_regular(path, max_bytes=MAX_BYTES, refusal=UnreadableWeights)


def parse_weights(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays in the bytes of a safetensors file, by name.

    Raises:
        UnreadableWeights: they are damaged, or not of numbers.
    """
    import numpy as np
    import safetensors

    if int.from_bytes(data[:8], "little") > MAX_HEADER:
        raise UnreadableWeights(
            "The file is not a safetensors file, it is damaged, or it has too many tensors."
        )
    try:
        tensors = safetensors.deserialize(data)
    except safetensors.SafetensorError:
        raise UnreadableWeights("The file is not a safetensors file, or it is damaged.") from None
    arrays = {}
    for name, tensor in tensors:
        if tensor["dtype"] not in _DTYPES:
            known = "float16, float32, float64, whole numbers or bool"
            raise UnreadableWeights(
                f"A tensor of the file has dtype {tensor['dtype'][:20]}; save it as {known}."
            )
        flat = np.frombuffer(bytes(tensor["data"]), dtype=_DTYPES[tensor["dtype"]])
        if flat.size != math.prod(tensor["shape"]):
            raise UnreadableWeights("The file is not a safetensors file, or it is damaged.")
        try:
            arrays[name] = flat.reshape(tensor["shape"])
        except (ValueError, OverflowError):  # more axes, or longer ones, than an array can have
            raise UnreadableWeights("The file is not a safetensors file, or it is damaged.") from None
    return arrays


class Weights(Mapping[str, "NDArray[Any]"]):
    """The handed-in weights as a test sees them: arrays by name, read when they are first asked for.

    Args:
        load: reads or trains them; called once. If the student is why there are none, each use raises the
            same. Any other exception is not remembered: the next use tries again.
    """

    def __init__(self, load: Callable[[], Mapping[str, NDArray[Any]]]) -> None:
        self._load = load
        self._arrays: Mapping[str, NDArray[Any]] | None = None
        self._error: BaseException | None = None

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._loaded()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    def __len__(self) -> int:
        return len(self._loaded())

    def _loaded(self) -> Mapping[str, NDArray[Any]]:
        if self._error is not None:
            raise self._error.with_traceback(None)
        if self._arrays is None:
            try:
                self._arrays = self._load()
            except (UnreadableWeights, CheckFailed, StudentError, StudentStopped) as error:
                self._error = error
                raise
        return self._arrays
