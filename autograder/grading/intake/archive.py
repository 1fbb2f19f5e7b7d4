"""Read a zip that strangers have filled: its names are only looked at, never used to write a file.

What a member claims decides nothing: a link, a device, an encrypted or a damaged one is a sentence about that
one, and no more is unpacked of any than the reader asks for.
"""

from __future__ import annotations

import errno
import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograder.errors import UsageError
from autograder.notebook.read import irregular

MAX_NESTED = 64 * 2**20
"""Bytes of an archive that a student handed in; it may hold a notebook and weights, of half that each."""
MAX_RATIO, FREE = 100, 2**30
"""An archive may unpack to ``FREE`` bytes and so many times its own size; notebooks shrink to a tenth."""
_MAX_MEMBERS, _MAX_NESTED_MEMBERS = 500_000, 10_000
_ENTRY = b"PK\x01\x02"
"""With this each entry of the table of contents begins, and the table is parsed as a whole."""
_DAMAGED = "It is not a zip file, or it is damaged."
_BROKEN = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, struct.error),
    *(ValueError, OverflowError, IndexError),
)
"""What the standard library raises on bytes that are no proper archive."""
_FACTS = "orig_filename", "flag_bits", "compress_type", "header_offset", "CRC", "compress_size", "file_size"
"""What reading a member takes from its entry."""


class UnreadableFile(Exception):  # noqa: N818 - what happened, not an error of the grader
    """A file or an archive cannot be had; the message is one sentence for the student."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in an archive or a folder."""

    name: str
    """With ``/`` between folders."""
    read: Callable[[int], bytes]
    """Its first so many bytes; raises ``UnreadableFile``."""
    path: Path | None = None
    """Where it lies; None in an archive."""
    trouble: str = ""
    """One sentence if it is known not to be readable."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive."""

    files: list[File]
    ignored: list[tuple[str, str]]
    """Name of each member that is not looked at, and why."""


@contextmanager
def open_archive(source: Path | bytes) -> Iterator[Archive]:
    """Open a zip: the file of an instructor, or the bytes of one that a student put into it.

    Raises:
        UnreadableFile: it is not a zip, or has too many members.
        UsageError: the system does not let us read it.
    """
    try:
        file: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read the archive ({error.strerror}): {source!s}") from None
    with file:
        most = _MAX_NESTED_MEMBERS if isinstance(source, bytes) else _MAX_MEMBERS
        if _entries(file, most) > most:
            raise UnreadableFile(f"The zip file has more than {most:,} members.")
        with _explained():
            archive = zipfile.ZipFile(file)
        size = file.seek(0, io.SEEK_END)
        with archive:
            yield _looked_at(archive, _Budget(FREE + MAX_RATIO * size))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the start of the file
            raise
        raise UnreadableFile(_DAMAGED) from None
    except _BROKEN:
        raise UnreadableFile(_DAMAGED) from None


def _entries(file: BinaryIO, most: int) -> int:
    """About how many members there are, without making anything of them; stops above ``most``."""
    count, tail = 0, b""
    while count <= most and (piece := file.read(2**20)):
        count += (tail + piece).count(_ENTRY)
        tail = piece[-len(_ENTRY) + 1 :]
    file.seek(0)
    return count


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, number: int) -> None:
        if number > self.left:
            raise UnreadableFile(f"The archive unpacks to more than {MAX_RATIO} times its size.")
        self.left -= number


def _looked_at(archive: zipfile.ZipFile, budget: _Budget) -> Archive:
    files, ignored = [], []
    members = [(name, info) for info in archive.infolist() if not (name := _name(info)).endswith("/")]
    times = Counter(name for name, _ in members)
    for name, info in members:
        if reason := _leads_astray(name):
            ignored.append((name, reason))
            continue
        trouble = "The archive holds several files of this name." if times[name] > 1 else _trouble(info)
        files.append(File(name, _reader(archive, info, budget), trouble=trouble))
    return Archive(files, ignored)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: UTF-8, also where the archive forgets to say so."""
    name = info.orig_filename  # unlike `filename`, not cut at a null byte
    if not info.flag_bits & 0x800:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def _leads_astray(name: str) -> str:
    """Why a name is not that of a file within the archive; empty if it is."""
    if "\\" in name:
        return "there is a backslash in its name"
    if "\0" in name:
        return "there is a null byte in its name"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "its name is absolute"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "its name leads elsewhere"
    return ""


def _trouble(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return irregular(mode)
    if info.flag_bits & 0x2041:
        return "The file is encrypted."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "The file is compressed in a way that is not supported; use an ordinary zip."
    return ""


def _by_itself(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The entry without what ``zipfile`` infers from others, of which any may lie about where it begins.

    Later versions of it refuse a member into which another one reaches. What several entries that share
    their bytes may unpack to is bounded by the budget.
    """
    alone = zipfile.ZipInfo(info.filename)
    for fact in _FACTS:
        setattr(alone, fact, getattr(info, fact))
    return alone


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        budget.take(min(most, max(info.file_size, 0)))
        with _explained(), archive.open(_by_itself(info)) as member:
            return member.read(most)

    return read
