"""What a course system hands out for download, as a zip or unpacked: who handed in which files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import InfrastructureError, UsageError
from autograder.grading.intake import gradescope, layouts
from autograder.grading.intake.archive import File, UnreadableFile, open_archive
from autograder.grading.intake.folder import listing
from autograder.grading.intake.naming import is_notebook, printable
from autograder.grading.intake.units import Unit, units_of, walk

if TYPE_CHECKING:
    from autograder.grading.intake.layouts import Layout

_MAX_NOTES = 20


@dataclass(frozen=True, slots=True)
class Download:
    """The contents of one download."""

    units: list[Unit]
    notes: list[str]
    """What a person should know of how it was read, a line each."""


def read_download(path: Path, archives: ExitStack) -> Download | None:
    """Read a download; None if ``path`` is a notebook or an ordinary folder.

    Args:
        path: a zip, or a folder.
        archives: what keeps a zip open for as long as its files are read.

    Raises:
        UsageError: it cannot be read, or there is nothing to grade in it.
    """
    ignored: list[tuple[str, str]]
    if path.suffix.lower() == ".zip" and path.is_file():
        try:
            archive = archives.enter_context(open_archive(path))
        except UnreadableFile as error:
            raise UsageError(f"cannot read the archive: {path}: {error}") from None
        files, ignored, kind = archive.files, archive.ignored, "archive"
    elif path.is_dir() and _may_be_unpacked(path):
        files, ignored = walk(path)
        kind = "folder"
    else:
        return None
    notes = [f"{printable(path.name)}: not looked at: {printable(name)} ({why})" for name, why in ignored]
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"{printable(path.name)}: not looked at: {len(notes) - _MAX_NOTES} more"]
    system, layout = _layout(files, notes)
    if not system and kind == "folder":
        return None
    units = units_of(files, layout)
    if not system and any(unit.is_notebook for unit in units):
        # As in a folder: beside notebooks, a folder without one is data.
        units = [unit for unit in units if unit.has_notebook]
    if not any(unit.chosen()[0] for unit in units):
        raise UsageError(f"there are no notebooks to grade in this {kind}: {path}")
    if system:
        notes.insert(0, f"{printable(path.name)}: read as what {system} hands out for download")
    return Download(units, notes)


def _may_be_unpacked(path: Path) -> bool:
    for entry in listing(path):
        if layouts.canvas(entry.name) or layouts.moodle(entry.name) or layouts.is_metadata(entry.name):
            return True
        inside = "submission_metadata.yml"
        if layouts.is_metadata(f"{entry.name}/{inside}") and (Path(entry.path) / inside).is_file():
            return True
    return False


def _layout(files: Sequence[File], notes: list[str]) -> tuple[str, Layout]:
    """Which system's layout the files have; the empty name stands for an archive made by hand."""
    metadata = [file for file in files if layouts.is_metadata(file.name)]
    if metadata:
        return "Gradescope", layouts.gradescope(_submitters(metadata[0], notes))
    names = [file.name for file in files if not layouts.is_junk(file.name)]
    top = names[0].partition("/")[0] + "/" if names else ""
    top = top if all(name.startswith(top) for name in names) else ""
    for prefix in dict.fromkeys(("", top)):
        if found := layouts.recognise([name.removeprefix(prefix) for name in names]):
            return found[0], _below(prefix, found[1])
    # A folder around all of it is that of the archive, unless it holds what one student handed in.
    return "", _below(top if sum(map(is_notebook, names)) > 1 else "", layouts.plain)


def _below(prefix: str, layout: Layout) -> Layout:
    return lambda name: layout(name.removeprefix(prefix))


def _submitters(metadata: File, notes: list[str]) -> dict[str, list[layouts.Submitter]]:
    try:
        if metadata.trouble:
            raise UnreadableFile(metadata.trouble)
        found = gradescope.submitters(metadata.read(gradescope.MAX_BYTES))
    except (UnreadableFile, InfrastructureError, ValueError) as error:
        notes.append(f"{metadata.name} cannot be read, so submissions are called by their number: {error}")
        return {}
    shared = sum(len(people) > 1 for people in found.values())
    if shared:
        notes.append(f"handed in by several students, each of whom gets a row: {shared}")
    return found
