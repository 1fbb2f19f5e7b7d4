"""The private directory of a student process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from autograder.errors import UsageError
from autograder.isolation.launch import furnish


def make(files: Mapping[str, Path]) -> Path:
    """Make a private directory whose folder ``work`` holds copies of ``files``.

    Args:
        files: sources by the relative path that the notebook uses.

    Raises:
        UsageError: a file is missing, or its path leads elsewhere.
    """
    directory = Path(tempfile.mkdtemp(prefix="notebook-")).resolve()
    try:
        furnish(directory)
        for name, source in files.items():
            place = PurePosixPath(name)
            if place.is_absolute() or ".." in place.parts or not place.parts:
                raise UsageError(f"a file of an assignment must have a path within its folder: {name}")
            if not Path(source).is_file():
                raise UsageError(f"a file of the assignment is missing: {source}")
            target = directory / "work" / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    except BaseException:
        remove(directory)
        raise
    return directory


def remove(directory: Path) -> None:
    """Remove the directory and what the notebook left in it; its processes must be gone."""
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():  # folders that the notebook has closed to its owner
        for folder, names, _ in os.walk(directory):
            for name in names:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(0o700)
        shutil.rmtree(directory, ignore_errors=True)
