"""Files that are there as a whole or not at all, and the grade JSON among them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.verdict import AssignmentResult, grade_json

UNFINISHED = ".tmp-"
"""What the names of files begin with that are being written; a process that is killed leaves them behind."""

_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""What a terminal or an editor obeys instead of showing it, and what is no character."""


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file in one step: a reader sees the old content or the new, never a part.

    Raises:
        OSError: the folder cannot be written to or the disk is full.
    """
    # A file name may hold a lone surrogate, which no encoding takes.
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """The same with bytes; what is no file, such as ``/dev/stdout`` or a pipe, is written to as it is."""
    if _is_no_file(path):
        with path.open("wb") as stream:
            stream.write(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for the owner alone; a result is as readable as any other new file.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_no_file(path: Path) -> bool:
    """Whether it is a device, a pipe, or a link that stands for an open file: none is to be replaced."""
    if path.is_symlink() and path.readlink().is_relative_to("/proc/self/fd"):
        return True
    return path.exists() and not path.is_file()


def write_grade(path: Path, results: Sequence[AssignmentResult]) -> None:
    """Write the grade JSON of ``results``; the same results give the same bytes.

    Raises:
        OSError: the folder cannot be written to or the disk is full.
    """
    write_text(path, grade_text(results))


def grade_text(results: Sequence[AssignmentResult]) -> str:
    """The grade JSON of ``results`` as the text of its file."""
    text = json.dumps(grade_json(results), ensure_ascii=False, allow_nan=False, indent=2)
    return _OBEYED.sub(_escaped, text) + "\n"


def _escaped(character: re.Match[str]) -> str:
    if "\ud800" <= character[0] <= "\udfff":  # alone: many readers of JSON refuse the file for it
        return "\N{REPLACEMENT CHARACTER}"
    return json.dumps(character[0])[1:-1]
