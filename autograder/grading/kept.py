"""What was handed in, kept beside the gradebook, so that a grade can be explained and repeated.

::

    DIR/submissions/SHA256/notebook.ipynb   by the digests that the gradebook has
    DIR/submissions/SHA256/WEIGHTS          as the assignment calls them, if weights were handed in
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import InfrastructureError, UsageError
from autograder.notebook.read import UnreadableNotebook, read_bytes
from autograder.notebook.weights import UnreadableWeights, weights_bytes, weights_of
from autograder.reports.json_file import UNFINISHED, write_bytes

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.gradebook import Entry

FOLDER = "submissions"


def keep(out: Path, assignment: Assignment, submission: Path, entry: Entry) -> None:
    """Keep what ``entry`` is the grade of, unless it could not be read or has changed since.

    Args:
        out: folder of the gradebook.
        assignment: what it was handed in for.
        submission: path of the notebook.
        entry: its grade.

    Raises:
        OSError: the disk is full.
    """
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "notebook.ipynb": (entry.submission_sha256, lambda: read_bytes(submission))
    }
    if entry.weights_sha256:
        files[assignment.weights] = (
            entry.weights_sha256,
            lambda: weights_bytes(weights_of(submission, assignment)),
        )
    for name, (sha256, read) in files.items():
        path = _folder(out, entry) / name
        if not sha256 or path.exists():
            continue
        try:
            content = read()
        except (UnreadableNotebook, UnreadableWeights, InfrastructureError):
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            write_bytes(path, content)


def remove_unfinished(out: Path) -> None:
    """Remove what a batch that was killed has left half written; none may be running in this folder."""
    for folder in ("", "results/", "feedback/", f"{FOLDER}/*/"):
        for path in out.glob(f"{folder}{UNFINISHED}*"):
            path.unlink(missing_ok=True)


def kept(out: Path, entry: Entry) -> Path:
    """The notebook that ``entry`` is the grade of.

    Raises:
        UsageError: it was not kept.
    """
    path = _folder(out, entry) / "notebook.ipynb"
    if not entry.submission_sha256 or not path.is_file():
        raise UsageError(f"what was handed in is not there any more: {path}")
    return path


def _folder(out: Path, entry: Entry) -> Path:
    return (
        out
        / FOLDER
        / (entry.submission_sha256 + ("-" + entry.weights_sha256[:16] if entry.weights_sha256 else ""))
    )
