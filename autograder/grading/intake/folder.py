"""The submissions of a folder that was put together by hand: notebooks, or one folder per student."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.errors import UsageError
from autograder.grading.intake.naming import Found, is_notebook


def found_in(path: Path) -> list[Found]:
    """The submissions in ``path``, by name; nothing is opened and no link is followed.

    Raises:
        UsageError: there is nothing to grade, or the folder cannot be read.
    """
    if is_notebook(path.name) and not path.is_dir():
        return [Found(path.name, path)]
    entries = listing(path)
    found = [Found(entry.name, Path(entry.path)) for entry in entries if is_notebook(entry.name)]
    # Beside notebooks, a folder without one is data; among students' folders it is a missing notebook.
    mixed = bool(found)
    folders = [_in_folder(entry) for entry in entries if _is_student_folder(entry)]
    if not mixed and not any(is_notebook(folder.path.name) for folder in folders):
        raise UsageError(f"there are no notebooks to grade in this folder: {path}")
    found += [folder for folder in folders if not mixed or is_notebook(folder.path.name)]
    return sorted(found, key=lambda item: os.fsencode(item.entry))


def listing(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise UsageError(f"cannot read the folder ({error.strerror}): {os.fspath(folder)}") from None


def _is_student_folder(entry: os.DirEntry[str]) -> bool:
    if is_notebook(entry.name) or entry.name.startswith((".", "__")):
        return False
    return Path(entry.path).is_dir()  # unlike the entry's own method, this takes a circle of links


def _in_folder(folder: os.DirEntry[str]) -> Found:
    path = Path(folder.path)
    if folder.is_symlink():
        return Found(folder.name, path, "The folder is a link, which is not followed.")
    try:
        notebooks = [entry for entry in listing(folder) if is_notebook(entry.name)]
    except UsageError:
        return Found(folder.name, path, "The folder cannot be read.")
    if not notebooks:
        return Found(folder.name, path, "There is no notebook in the folder.")
    first = Path(notebooks[0].path)
    if len(notebooks) > 1:
        return Found(
            folder.name, first, f"There are {len(notebooks)} notebooks in the folder; one is expected."
        )
    return Found(folder.name, first)
