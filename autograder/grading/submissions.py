"""Find the submissions of a batch, in folders and in what course systems hand out for download.

Nothing of an archive is written under a name from within it, and what was unpacked is removed when the batch
ends.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from autograder.errors import InfrastructureError, UsageError
from autograder.grading.arrivals import Arrival, Source
from autograder.grading.intake.archive import UnreadableFile
from autograder.grading.intake.download import read_download
from autograder.grading.intake.folder import found_in
from autograder.grading.intake.layouts import Student
from autograder.grading.intake.naming import Found, Submission, named, stem
from autograder.grading.intake.rows import HandedIn, Row, listed, notes_on, rows_of
from autograder.grading.intake.units import put
from autograder.isolation import temporary

if TYPE_CHECKING:
    from autograder.grading.intake.roster import Roster

__all__ = ["Intake", "Submission", "find"]


class Intake(list[Submission]):
    """The submissions of a batch, in order of names; a context manager that removes what was unpacked."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []
        """What a person should know of who handed in what, a line each."""
        self._unpacked: Path | None = None

    @property
    def unpacked(self) -> list[Path]:
        """The folder of what was unpacked, if anything was."""
        return [self._unpacked] if self._unpacked else []

    def folder(self) -> Path:
        """A folder that nobody else may look into; made when it is first asked for."""
        if self._unpacked is None:
            self._unpacked = temporary.make("autograder")
        return self._unpacked

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._unpacked is not None:
            shutil.rmtree(self._unpacked)
            self._unpacked = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find(
    *paths: Path,
    roster: Roster | None = None,
    weights: str = "",
    times: Mapping[str, datetime] | None = None,
    file_times: bool = False,
) -> Intake:
    """The submissions in ``paths``.

    Each is a notebook, a folder of notebooks, a folder with one folder per student and one notebook in each,
    or what Canvas, Moodle or Gradescope hand out for download, as a zip or unpacked. Each entry called
    ``*.ipynb`` is a submission, whatever it turns out to be, and no link is followed. Of several submissions
    of one student the newest counts: by the numbers of Canvas and Gradescope, or else that of the last path.

    Args:
        paths: where to look.
        roster: the students of the course; without it they are called as their files are.
        weights: what the assignment calls the file of weights beside a notebook; empty if there is none.
        times: when things were handed in, by the names of the rows; goes before what a course system says.
        file_times: believe the times of files in folders.

    Raises:
        UsageError: there is nothing to grade, or it cannot be read or unpacked.
    """
    intake = Intake()
    try:
        with ExitStack() as archives:
            handed_in = [
                one
                for position, path in enumerate(paths)
                for one in _handed_in(path, position, archives, intake.notes)
            ]
            rows = rows_of(handed_in, roster)
            places: dict[int, Found] = {}
            found = [
                replace(
                    _taken(row, intake, places, weights), handed_in=row.newest.arrival(file_times=file_times)
                )
                for row in rows
            ]
            submissions = [_listed(submission, times or {}) for submission in named(found)]
    except BaseException:
        intake.close()
        raise
    by_name = sorted(zip(rows, submissions, strict=True), key=lambda pair: os.fsencode(pair[0].entry))
    intake += [submission for _, submission in by_name]
    intake.notes += notes_on([(row, submission.name) for row, submission in by_name], roster)
    unknown = sorted(set(times or ()) - {submission.name for submission in intake})
    intake.notes += listed("in the list of times, but not in this batch", unknown)
    return intake


def _handed_in(path: Path, position: int, archives: ExitStack, notes: list[str]) -> Iterator[HandedIn]:
    if not os.path.lexists(path):
        raise UsageError(f"cannot find the notebook, folder or archive to grade: {path}")
    download = read_download(path, archives)
    if download is not None:
        notes += download.notes
        for unit in download.units:
            for student in unit.students:
                yield HandedIn(student, position, path, unit=unit)
        return
    times: Counter[str] = Counter()
    for found in found_in(path):
        name = stem(found.entry)
        times[name] += 1  # alice.ipynb and alice.IPYNB are two
        key = f"{name}/{times[name]}"
        student = Student(system="", key=key, label=found.entry, ids=(name,), name=name)
        yield HandedIn(student, position, found.path, trouble=found.trouble)


def _listed(submission: Submission, times: Mapping[str, datetime]) -> Submission:
    at = times.get(submission.name)
    return submission if at is None else replace(submission, handed_in=Arrival(at, Source.LIST))


def _taken(row: Row, intake: Intake, places: dict[int, Found], weights: str) -> Found:
    """Unpack the newest submission of a row, if it has to be, and only once for those who share it."""
    newest = row.newest
    if newest.unit is None or row.trouble or newest.notebook is None:
        return Found(row.entry, newest.path, row.trouble)
    key = id(newest.unit)
    if key not in places:
        folder = intake.folder() / str(len(places))
        try:
            places[key] = Found("", put(newest.unit, newest.notebook, folder, weights_name=weights))
        except (UnreadableFile, InfrastructureError) as error:
            places[key] = Found("", newest.path, str(error))
    return Found(row.entry, places[key].path, places[key].trouble)
