"""What a student handed in together, and which notebook of it is meant."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.errors import UsageError
from autograder.grading.intake.archive import MAX_NESTED, File, UnreadableFile, open_archive
from autograder.grading.intake.layouts import Layout, Student, is_junk, plain
from autograder.grading.intake.naming import is_notebook
from autograder.notebook import read, weights
from autograder.notebook.read import read_regular

_WEIGHTS = ".safetensors"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a unit."""

    file: File
    name: str
    """As it was handed in, with folders."""
    order: int


@dataclass(slots=True)
class Unit:
    """Files that were handed in together."""

    students: tuple[Student, ...]
    pieces: list[Piece] = field(default_factory=list)
    handed_in: datetime | None = None
    """When, with an offset, if the course system says so."""

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook that lies in no folder of its own."""
        return self.has_notebook and any(is_notebook(student.key) for student in self.students)

    @property
    def has_notebook(self) -> bool:
        """Whether a notebook is among the files."""
        return any(is_notebook(piece.name) for piece in self.pieces)

    def chosen(self) -> tuple[Piece | None, list[Piece], str]:
        """The notebook (or the zip, if there is none), older attachments that it replaces, and trouble."""
        among = [piece for piece in self.pieces if is_notebook(piece.name)]
        among = among or [piece for piece in self.pieces if piece.name.lower().endswith(".zip")]
        if not among:
            return None, [], "There is no notebook among the files that were handed in."
        *older, newest = sorted(among, key=lambda piece: piece.order)
        if older and older[-1].order in (0, newest.order):
            number, what = len(among), "notebooks" if is_notebook(newest.name) else "zip files"
            return newest, [], newest.file.trouble or f"There are {number} {what}; one is expected."
        return newest, older, newest.file.trouble

    def weights_for(self, notebook: Piece, name: str) -> Piece | None:
        """The newest file of weights beside ``notebook``: called like it, or ``name``."""
        if not name:
            return None
        own = PurePosixPath(notebook.name)
        names = (_counted(str(own.with_suffix(_WEIGHTS))), _counted(str(own.with_name(name))))
        for wanted in names:
            beside = [piece for piece in self.pieces if _counted(piece.name) == wanted]
            if beside:
                return max(beside, key=lambda piece: piece.order)
        return None


def _counted(name: str) -> str:
    """Without the number of a name that was taken before: Canvas makes ``a-1.ipynb`` of ``a.ipynb``."""
    return re.sub(r"-\d+(?=\.[^.]*$)", "", name)


def units_of(files: Iterable[File], layout: Layout) -> list[Unit]:
    """The units that files belong to.

    A notebook of which the layout knows nothing is a unit of its own; of other files nothing is made.
    """
    units: dict[tuple[str, ...], Unit] = {}
    for file in files:
        if is_junk(file.name):
            continue
        place = layout(file.name)
        key: tuple[str, ...] = ("", place.unit) if place else ("other", file.name)
        place = place or (plain(file.name) if is_notebook(file.name) else None)
        if place:
            unit = units.setdefault(key, Unit(place.students, handed_in=place.handed_in))
            unit.pieces.append(Piece(file, place.file, place.order))
    return list(units.values())


def put(unit: Unit, notebook: Piece, folder: Path, *, weights_name: str) -> Path:
    """Where the notebook of a unit can be read: where it lies, or in ``folder``, which is made for it.

    Raises:
        UnreadableFile, InfrastructureError: it cannot be had, or a zip does not hold one notebook.
        UsageError: there is no room for it.
    """
    if not is_notebook(notebook.name):
        return _put_nested(notebook, folder, weights_name=weights_name)
    beside = unit.weights_for(notebook, weights_name)
    path = notebook.file.path
    # In a student's own folder the grader finds the weights as well.
    if path and (
        not beside or beside.file.path in (path.with_suffix(_WEIGHTS), path.with_name(weights_name))
    ):
        return path
    try:
        return _write(notebook, beside, folder)
    except UnreadableFile:
        if path and not folder.exists():
            return path  # it is the notebook that cannot be read, and the grader finds the same
        raise


def _put_nested(piece: Piece, folder: Path, *, weights_name: str) -> Path:
    data = piece.file.read(MAX_NESTED + 1)
    if len(data) > MAX_NESTED:
        raise UnreadableFile(f"The zip file is larger than {MAX_NESTED // 2**20} MiB.")
    with open_archive(data) as archive:
        files = [file for file in archive.files if not is_junk(file.name)]
        inside = Unit((), [Piece(file, file.name, 0) for file in files])
        notebooks = [inner for inner in inside.pieces if is_notebook(inner.name)]
        if len(notebooks) != 1:
            number = f"{len(notebooks)} notebooks" if notebooks else "no notebook"
            raise UnreadableFile(f"The zip file that was handed in holds {number}; one is expected.")
        if notebooks[0].file.trouble:
            raise UnreadableFile(notebooks[0].file.trouble)
        return _write(notebooks[0], inside.weights_for(notebooks[0], weights_name), folder)


def _write(notebook: Piece, beside: Piece | None, folder: Path) -> Path:
    """Store both under names of ours, only readable by ourselves.

    Of what is too large one byte too many is kept, by which the grader sees it.
    """
    data = notebook.file.read(read.MAX_BYTES + 1)
    folder.mkdir(mode=0o700)
    path = folder / "notebook.ipynb"
    _store(path, data)
    if beside is not None:
        if beside.file.trouble:
            raise UnreadableFile(f"Of the weights: {beside.file.trouble}")
        _store(path.with_suffix(_WEIGHTS), beside.file.read(weights.MAX_BYTES + 1))
    return path


def _store(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(
            f"cannot unpack submissions into the folder for temporary files ({error.strerror}); "
            f"the variable TMPDIR can name another: {path.parent.parent}"
        ) from None


def walk(folder: Path) -> tuple[list[File], list[tuple[str, str]]]:
    """The files in an unpacked archive, and what is not looked at; no link is followed."""
    files: list[File] = []
    ignored: list[tuple[str, str]] = []

    def unreadable(error: OSError) -> None:
        ignored.append((os.path.relpath(error.filename, folder), f"it cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort(key=os.fsencode)
        links = [name for name in folders if Path(parent, name).is_symlink()]
        ignored += [(name, "it is a link, and links are not followed") for name in links]
        for name in sorted(names, key=os.fsencode):
            path = Path(parent) / name
            files.append(File(path.relative_to(folder).as_posix(), _disk_reader(path), path))
    return files, ignored


def _disk_reader(path: Path) -> Callable[[int], bytes]:
    return lambda most: read_regular(path, max_bytes=most, refusal=UnreadableFile)
