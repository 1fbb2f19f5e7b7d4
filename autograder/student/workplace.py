"""The private directory of a student process."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from autograder.errors import UsageError
from autograder.isolation import temporary
from autograder.isolation.launch import furnish


def make(files: Mapping[str, Path]) -> Path:
    """Make a private directory whose folder ``work`` holds copies of ``files``.

    Args:
        files: sources by the relative path that the notebook uses.

    Raises:
        UsageError: a file is missing, or its path leads elsewhere.
    """
    directory = temporary.make("notebook")
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


def remove_left_behind(shared: Path | None = None) -> None:
    """Remove the folders of batches that were killed with all their processes; see ``temporary``."""
    for directory in temporary.left_behind(shared):
        remove(directory)


def remove(directory: Path) -> None:
    """Remove the directory and what the notebook left in it; its processes must be gone.

    That may be folders closed to their owner, or so many within each other that neither a path nor Python's
    stack is long enough.
    """
    if not _BY_DESCRIPTOR or not directory.is_dir() or directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        directory.chmod(0o700)
        top = os.open(directory, os.O_RDONLY)
        try:
            _empty(top)
        finally:
            os.close(top)
        directory.rmdir()


def _empty(top: int) -> None:
    """Take folder after folder; what folders are in it come to the top and have their turn."""
    numbers, prefix = itertools.count(), secrets.token_hex(8)  # names that nothing there has
    folders = _unlink_files(top)
    while folders:
        name = folders.pop()
        folder = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=top)
        try:
            for inner in _unlink_files(folder):
                moved = f"{prefix}{next(numbers)}"
                os.rename(inner, moved, src_dir_fd=folder, dst_dir_fd=top)
                folders.append(moved)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)


def _unlink_files(folder: int) -> list[str]:
    """Remove what is no folder, without following links; returns the folders, opened to their owner."""
    folders = []
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.chmod(name, 0o700, dir_fd=folder)
            folders.append(name)
        else:
            os.unlink(name, dir_fd=folder)
    return folders


_BY_DESCRIPTOR = {os.open, os.stat, os.chmod, os.unlink, os.rename, os.rmdir} <= os.supports_dir_fd
