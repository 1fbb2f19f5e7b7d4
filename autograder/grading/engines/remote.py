"""What runs in a foreign worker process, e.g. one of Dask's: it has a worker of our own and asks that.

So a submission is graded here by the same code as anywhere, and what a notebook does cannot harm the foreign
process. Before it grades anything, such a worker shows that it would grade as the driver does: by the same
tests, reference, versions and package, and in an isolation that holds here too.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from autograder.course import Course
from autograder.errors import InfrastructureError, UsageError
from autograder.grading import provenance
from autograder.grading.engines.launch import COURSE
from autograder.grading.engines.parcel import unpack
from autograder.grading.engines.process import Died, Worker, close
from autograder.isolation import temporary
from autograder.student.workplace import remove, remove_left_behind

if TYPE_CHECKING:
    from autograder.doctor.probe import Probe
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.parcel import Parcel
    from autograder.grading.engines.protocol import Terms

Answer = TypeVar("Answer")

_TRIES = 2


class WorkerDied(Exception):  # noqa: N818 - says what happened
    """The process that graded the submission is gone; the foreign one is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What decides a grade, as one side has it."""

    tests: str
    reference: str
    package: str
    versions: tuple[tuple[str, str], ...]

    @classmethod
    def here(cls, terms: Terms) -> Origin:
        """As it is in this place.

        Raises:
            OSError: the tests cannot be read.
        """
        return cls(
            tests=provenance.tests_sha256(terms.assignment, hidden=terms.hidden),
            reference=provenance.reference_sha256(terms.assignment),
            package=provenance.package_sha256(),
            versions=tuple(sorted(provenance.versions().items())),
        )

    def unlike(self, other: Origin) -> list[str]:
        """What is not the same there, as the rest of a sentence each."""
        found = []
        if self.tests != other.tests:
            found.append("its tests or settings of the assignment are not the same")
        if self.reference != other.reference:
            found.append("its reference is not the same")
        ours, theirs = dict(self.versions), dict(other.versions)
        for name in sorted({*ours, *theirs}):
            if ours.get(name) != theirs.get(name):
                has, wanted = theirs.get(name, "no version"), ours.get(name, "none")
                found.append(f"it has {has} of {name} instead of {wanted}")
        if self.package != other.package and ours.get("autograder") == theirs.get("autograder"):
            found.append("its autograder is of the same version, but not the same code")
        return found


class _Seat:
    """A worker for the terms of one batch; another takes its place when it dies."""

    def __init__(self, terms: Terms) -> None:
        root = terms.assignment.directory.parent.parent
        course = Course(root=Path(os.environ.get(COURSE) or root).resolve())
        if not (course.root / "assignments").is_dir():
            raise UsageError(f"there is no course in {course.root} there; start it with --course DIR")
        self.terms = terms
        remove_left_behind()  # of those that were killed here
        self.folder = temporary.make("autograder")
        self._remove = weakref.finalize(self, remove, self.folder)
        self._local = replace(
            terms,
            assignment=course.assignment(terms.assignment.name),
            secrets=(course.root / "reference", self.folder, *terms.secrets),
        )
        self._worker: Worker | None = None
        self._proven = False

    def unfit(self, origin: Origin) -> str:
        """Why nothing may be graded here; empty if it may."""
        if different := origin.unlike(Origin.here(self._local)):
            return "; ".join(different)
        for _ in range(_TRIES):
            try:
                found = self._ask(Worker.unfit).result()
            except Died:
                self._forget()
            else:
                self._proven = not found
                return found
        return "the process that should grade there dies before it begins"

    def grade(self, parcel: Parcel) -> Attempt:
        try:
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                notebook = unpack(parcel, Path(folder))
                return self._ask(lambda worker: worker.grade(notebook, parcel.questions)).result()
        except Died:
            self._forget()
            raise WorkerDied("the process that graded it is gone") from None

    def _ask(self, question: Callable[[Worker], Future[Answer]]) -> Future[Answer]:
        """Ask the worker, or another if that one has died of something else meanwhile."""
        if self._worker is not None:
            try:
                return question(self._worker)
            except Died:
                self._forget()
        self._worker = Worker(self._local, prove=not self._proven)
        return question(self._worker)

    def _forget(self) -> None:
        if self._worker is not None:
            close([self._worker], now=False)
            self._worker = None

    def terminate(self) -> None:
        """End the worker; returns at once."""
        if self._worker is not None:
            self._worker.terminate()

    def close(self) -> None:
        self.terminate()
        self._forget()
        self._remove()


_seat: _Seat | None = None
_lock = threading.Lock()


def admit(terms: Terms, origin: Origin) -> str:
    """Get ready to grade by ``terms``; returns why that may not be, as the rest of a sentence, or nothing."""
    global _seat
    if multiprocessing.current_process().daemon:
        return "it was not started by 'autograder worker'"
    with _lock:
        try:
            if _seat is None or _seat.terms != terms:
                if _seat is not None:
                    _seat.close()
                    _seat = None
                _seat = _Seat(terms)
            return _seat.unfit(origin)
        except (UsageError, OSError) as error:
            return str(error)


def grade(terms: Terms, origin: Origin, parcel: Parcel) -> Attempt:
    """Grade one submission.

    Raises:
        WorkerDied: the process that graded it is gone.
        InfrastructureError: it could not be graded.
    """
    with _lock:
        seat = _seat
        if seat is not None and seat.terms == terms:
            return seat.grade(parcel)
    if reason := admit(terms, origin):  # another batch has been here meanwhile
        raise InfrastructureError(reason)
    return grade(terms, origin, parcel)


def probe(name: str, hidden: Sequence[Path]) -> Probe:
    """Try an isolation in this place."""
    from autograder.doctor.probe import probe_named

    with _lock:
        return probe_named(name, hidden=hidden)


def stop(terms: Terms | None = None) -> None:
    """End what is being graded, if it is by ``terms`` or whatever it is; returns at once."""
    if _seat is not None and (terms is None or (_seat.terms == terms and _lock.locked())):
        _seat.terminate()


def dask_setup(_worker: object) -> None:
    """Called by a Dask worker that preloads this module, as all do that ``autograder worker`` starts."""


def dask_teardown(_worker: object) -> None:
    """Called when it closes: what is being graded must not keep its process."""
    stop()
