"""A submission as bytes: a notebook, and the weights if the assignment asks for them.

What is no regular file, or too large, is not read; what is unpacked then is of the same kind, so that it is
refused with the same words.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder.errors import InfrastructureError
from autograder.notebook import read, weights
from autograder.notebook.read import UnreadableNotebook
from autograder.notebook.weights import UnreadableWeights

if TYPE_CHECKING:
    from autograder.course import Assignment

Kind = Literal["file", "large", "folder", "link", "other"]


@dataclass(frozen=True, slots=True)
class File:
    """One file that was handed in, or what was in its place."""

    name: str
    kind: Kind
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One submission."""

    notebook: str
    """Its file name."""
    files: tuple[File, ...]
    """What there is of notebook and weights."""
    questions: frozenset[str] | None = None
    """Those to grade; all if not given."""


def pack(notebook: Path, assignment: Assignment, questions: frozenset[str] | None = None) -> Parcel:
    """What was handed in as ``notebook``, to be graded by these questions or by all.

    Raises:
        InfrastructureError: a disk or a permission keeps us from reading it.
    """
    files = [_file(notebook, read.read_bytes)]
    if assignment.weights and not assignment.retrain:
        files.append(_file(weights.weights_of(notebook, assignment), weights.weights_bytes))
    return Parcel(notebook.name, tuple(file for file in files if file is not None), questions)


def _file(path: Path, content_of: Callable[[Path], bytes]) -> File | None:
    try:
        return File(path.name, "file", content_of(path))
    except (UnreadableNotebook, UnreadableWeights):
        pass
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InfrastructureError(f"the submission cannot be read ({error.strerror})") from None
    kinds: tuple[tuple[Callable[[int], bool], Kind], ...] = (
        (stat.S_ISREG, "large"),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISLNK, "link"),
    )
    return File(path.name, next((kind for is_kind, kind in kinds if is_kind(mode)), "other"))


def unpack(parcel: Parcel, folder: Path) -> Path:
    """Write it into an empty folder; returns the path of the notebook.

    Raises:
        OSError: it cannot be written.
    """
    for file in parcel.files:
        path = folder / file.name
        match file.kind:
            case "file":
                path.write_bytes(file.content)
            case "large":
                path.touch()
                os.truncate(path, max(read.MAX_BYTES, weights.MAX_BYTES) + 1)  # takes no place on the disk
            case "folder":
                path.mkdir()
            case "link":
                path.symlink_to("nowhere")
            case "other":
                os.mkfifo(path)
    return folder / parcel.notebook
