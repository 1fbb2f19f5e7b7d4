"""Find the submissions in a folder; give each a name to print and a name for its result's file.

Names come from students: they may hold line breaks, bytes that are no text, or differ in nothing but case.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_MAX_NAME = 120
_MAX_FILE_NAME = 100
"""Bytes: file systems allow 255, and an ending and a temporary name have to fit too."""
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One row of a batch."""

    name: str
    """Printable, and unique in the batch: the file's name without its ending, or the student's folder."""
    file_name: str
    """For the result's file, without ending; unique in the batch on every file system."""
    path: Path
    trouble: str = ""
    """One sentence if there is no single notebook to grade."""


@dataclass(frozen=True, slots=True)
class _Found:
    entry: str
    """Name of the notebook or of the student's folder, as the file system has it."""
    path: Path
    trouble: str = ""


def find(path: Path) -> list[Submission]:
    """The submissions in ``path``, by name.

    ``path`` is a notebook, a folder of notebooks, or a folder with one folder per student and one notebook
    in each. Each entry called ``*.ipynb`` is a submission, whatever it turns out to be. Nothing is opened and
    no link is followed.

    Raises:
        UsageError: there is nothing to grade, or the folder cannot be read.
    """
    if not os.path.lexists(path):
        raise UsageError(f"cannot find the notebook or folder to grade: {path}")
    if _is_notebook(path.name) and not path.is_dir():
        return _named([_Found(path.name, path)])
    entries = _entries(path)
    found = [_Found(entry.name, Path(entry.path)) for entry in entries if _is_notebook(entry.name)]
    # Beside notebooks, a folder without one is data; among students' folders it is a missing notebook.
    mixed = bool(found)
    folders = [_in_folder(entry) for entry in entries if _is_student_folder(entry)]
    if not mixed and not any(_is_notebook(folder.path.name) for folder in folders):
        raise UsageError(f"there are no notebooks to grade in this folder: {path}")
    found += [folder for folder in folders if not mixed or _is_notebook(folder.path.name)]
    return _named(sorted(found, key=lambda item: os.fsencode(item.entry)))


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def _is_student_folder(entry: os.DirEntry[str]) -> bool:
    if _is_notebook(entry.name) or entry.name.startswith((".", "__")):
        return False
    return Path(entry.path).is_dir()  # unlike the entry's own method, this takes a circle of links


def _entries(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise UsageError(f"cannot read the folder ({error.strerror}): {os.fspath(folder)}") from None


def _in_folder(folder: os.DirEntry[str]) -> _Found:
    path = Path(folder.path)
    if folder.is_symlink():
        return _Found(folder.name, path, "The folder is a link, which is not followed.")
    try:
        notebooks = [entry for entry in _entries(folder) if _is_notebook(entry.name)]
    except UsageError:
        return _Found(folder.name, path, "The folder cannot be read.")
    if not notebooks:
        return _Found(folder.name, path, "There is no notebook in the folder.")
    first = Path(notebooks[0].path)
    if len(notebooks) > 1:
        return _Found(
            folder.name, first, f"There are {len(notebooks)} notebooks in the folder; one is expected."
        )
    return _Found(folder.name, first)


def _named(found: list[_Found]) -> list[Submission]:
    names: set[str] = set()
    file_names: set[str] = set()
    submissions = []
    for item in found:
        raw = item.entry[: -len(".ipynb")] if _is_notebook(item.entry) else item.entry
        name = printable = _printable(raw)
        number = 1
        while name in names:
            number += 1
            name = f"{printable} ({number})"
        names.add(name)
        file_name = _file_name(item.entry, raw, taken=file_names)
        file_names.add(_folded(file_name))
        submissions.append(Submission(name=name, file_name=file_name, path=item.path, trouble=item.trouble))
    return submissions


def _printable(raw: str) -> str:
    text = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in unicodedata.normalize("NFC", raw)
    )
    text = " ".join(text.split())
    return (text if len(text) <= _MAX_NAME else f"{text[: _MAX_NAME - 1]}…") or "(no name)"


def _file_name(entry: str, raw: str, *, taken: Container[str]) -> str:
    """``raw`` if every file system takes it and it is free, else what is left of it and a digest."""
    kept = "".join(c if c.isalnum() or c in " -_.,()" else "_" for c in unicodedata.normalize("NFC", raw))
    # A dot hides a file, and a dash makes it an option of the commands that it is given to.
    kept = kept.encode()[:_MAX_FILE_NAME].decode(errors="ignore").strip(" .").lstrip(" .-")
    if kept == raw and not _RESERVED.fullmatch(kept) and _folded(kept) not in taken:
        return kept
    digest = hashlib.sha256(os.fsencode(entry)).hexdigest()[:12]
    return f"{kept or 'submission'}-{digest}"


def _folded(name: str) -> str:
    """What file systems that ignore case and composition compare."""
    return unicodedata.normalize("NFKC", name).casefold()
