"""Archives for tests: as course systems make them, and as nobody should."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.submissions import Intake, Submission

NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}


def notebook(text: str = "x") -> bytes:
    """A notebook with one cell, by which it is known again."""
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": text,
    }
    return json.dumps({**NOTEBOOK, "cells": [cell]}).encode()


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def make(path: Path, members: Mapping[str, bytes]) -> Path:
    """A zip on disk."""
    path.write_bytes(archive(members))
    return path


def unpack(path: Path, members: Mapping[str, bytes]) -> Path:
    """The same as a folder."""
    for name, data in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def cell(submission: Submission) -> str:
    """What the notebook of a submission holds."""
    return str(json.loads(submission.path.read_bytes())["cells"][0]["source"])


def cells(intake: Intake) -> dict[str, str]:
    """Name of each submission to what its notebook holds, or to what is the trouble."""
    return {submission.name: submission.trouble or cell(submission) for submission in intake}
