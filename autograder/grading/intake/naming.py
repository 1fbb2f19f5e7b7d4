"""A name to print and a name for the file of a result, whatever a submission is called.

Names come from students: they may hold line breaks, bytes that are no text, or differ in nothing but case.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.arrivals import Arrival

_MAX_NAME = 120
_MAX_FILE_NAME = 100
"""Bytes: file systems allow 255, and an ending and a temporary name have to fit too."""
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One row of a batch."""

    name: str
    """Printable, and unique in the batch: the student's id, or of the folder or file, without its ending."""
    file_name: str
    """For the result's file, without ending; unique in the batch on every file system."""
    path: Path
    trouble: str = ""
    """One sentence if there is no single notebook to grade."""
    handed_in: Arrival | None = None
    """When, if somebody says so."""
    questions: frozenset[str] | None = None
    """Ids of those to grade, with what they need; None for all."""


@dataclass(frozen=True, slots=True)
class Found:
    """A submission before it has a name."""

    entry: str
    """Name of the notebook or of the student's folder, as the file system has it; or the student's id."""
    path: Path
    trouble: str = ""
    handed_in: Arrival | None = None


def is_notebook(name: str) -> bool:
    """Whether a file is called like a notebook."""
    return name.lower().endswith(".ipynb")


def stem(entry: str) -> str:
    """``entry`` without the ending of a notebook."""
    return entry[: -len(".ipynb")] if is_notebook(entry) else entry


def named(found: Sequence[Found]) -> list[Submission]:
    """Name all of them; those that come first keep the plain form of a name that several share."""
    names: set[str] = set()
    file_names: set[str] = set()
    submissions = []
    for item in found:
        raw = stem(item.entry)
        name = plain = printable(raw)
        number = 1
        while name in names:
            number += 1
            name = f"{plain} ({number})"
        names.add(name)
        file_name = _file_name(item.entry, raw, taken=file_names)
        file_names.add(_folded(file_name))
        submissions.append(
            Submission(
                name=name,
                file_name=file_name,
                path=item.path,
                trouble=item.trouble,
                handed_in=item.handed_in,
            )
        )
    return submissions


def printable(raw: str) -> str:
    """``raw`` on one line, of bounded length, and with nothing in it that a terminal would obey."""
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
    digest = hashlib.sha256(os.fsencode(entry))
    while _folded(name := f"{kept or 'submission'}-{digest.hexdigest()[:12]}") in taken:
        digest.update(b"again")  # the same entry of another folder
    return name


def _folded(name: str) -> str:
    """What file systems that ignore case and composition compare."""
    return unicodedata.normalize("NFKC", name).casefold()
