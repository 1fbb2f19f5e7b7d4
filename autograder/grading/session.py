"""One submission's student process over all the questions of its assignment.

The notebook runs once. A process that dies (a limit, a crash) costs the question that killed it; for the
rest, a fresh process runs the notebook again, without the cells that killed the one before.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Assignment
from autograder.errors import InfrastructureError, StudentError, StudentStopped
from autograder.notebook.read import Notebook, UnreadableNotebook
from autograder.verdict import Outcome, Where

if TYPE_CHECKING:
    from autograder.student import CellOutcome, Student, StudentProcess

StartStudent = Callable[[Assignment, float], "StudentProcess"]
"""Starts a student process for an assignment, given the seconds that its cells and calls may take."""

MAX_STARTS_FOR_ONE_RUN = 4
"""How often the notebook is started to get past cells that end the process."""

_PATIENCE = 10.0
"""Seconds that a notebook in the background gets to notice that its process has ended."""


class Session:
    """Starts a student process when it is first needed, and again after it died.

    Args:
        assignment: whose limits and files count.
        submission: the path of the graded notebook.
        load: reads the notebook; called once, on first use.
        start: starts a student process.
    """

    def __init__(
        self, assignment: Assignment, submission: Path, *, load: Callable[[], Notebook], start: StartStudent
    ) -> None:
        self.assignment = assignment
        self.submission = submission
        self.cells: list[CellOutcome] = []
        self.stopped: dict[int, StudentStopped] = {}
        """Cells that ended the process, by number."""
        self.used: list[str] = []
        """Names of the notebook that the running test has asked for."""
        self._load = load
        self._start = start
        self._notebook: Notebook | None = None
        self._process: StudentProcess | None = None
        self._time_used = 0.0
        self._hopeless: BaseException | None = None
        self._background: threading.Thread | None = None
        self._watched: tuple[Student, object] | None = None
        self._by_syntax: dict[tuple[tuple[str, ...], tuple[str, ...]], Outcome] = {}
        self._starts = 0
        """How often the present run of the notebook was started in the background."""

    def student(self) -> Student:
        """The notebook after all its cells ran.

        Raises:
            UnreadableNotebook: the submission is not a notebook.
            StudentStopped: the submission's total time is used up.
            InfrastructureError: no student process could be started.
        """
        self._join()
        if self._process is None or not self._process.alive:
            self._run()
        assert self._process is not None
        return self._process.student

    @property
    def notebook(self) -> Notebook:
        """The cells of the submission.

        Raises:
            UnreadableNotebook: the submission is not a notebook.
        """
        if self._notebook is None:
            self._notebook = self._load()
        return self._notebook

    def begin(self) -> None:
        """Run the notebook in the background. Whatever goes wrong is said on first use."""
        if self._process is not None or self._hopeless is not None:
            return
        try:
            # by this thread: Linux ends the process if the thread that started it is gone
            self._process = self._start(self.assignment, self.assignment.limits.total)
        except Exception as error:  # noqa: BLE001 - raised again on first use
            self._hopeless = error
            return
        self._background = threading.Thread(target=self._run_in_background, daemon=True)
        self._background.start()
        self._starts = 1

    def _run_in_background(self) -> None:
        try:
            self._run_cells()
        except BaseException as error:  # noqa: BLE001 - raised again on first use
            self._hopeless = error

    def _join(self) -> None:
        """Wait for the notebook that runs in the background."""
        if self._background is not None:
            self._background.join()
            self._background = None
            if self._process is not None and self._process.alive:
                self._starts = 0
            if self._hopeless is not None:
                self.close()
                raise self._hopeless.with_traceback(None)

    def close(self) -> None:
        """End the student process and everything that it started."""
        if self._background is not None:
            if self._process is not None:
                self._process.close()
            self._background.join(_PATIENCE)
            self._background = None
        if self._process is not None:
            self._time_used += self._process.time_used
            self._process.close()
            self._process = None

    def _run(self) -> None:
        """Run the notebook in a new process; if that cannot be done, say the same to every question."""
        if self._hopeless is not None:
            raise self._hopeless.with_traceback(None)
        try:
            for _ in range(self._starts, MAX_STARTS_FOR_ONE_RUN):
                self.close()
                if self._run_once():
                    self._starts = 0
                    return
            raise StudentStopped(
                "died",
                f"The notebook cannot be run: {MAX_STARTS_FOR_ONE_RUN} of its cells end their process.",
            )
        except BaseException as error:
            self.close()  # a process whose notebook did not run must not answer the next question
            if not isinstance(error, KeyboardInterrupt):
                self._hopeless = error
            raise

    def _run_once(self) -> bool:
        """Run the cells that have not ended a process yet; False if another one of them did."""
        limit = self.assignment.limits.total
        _ = self.notebook  # if it cannot be read, nothing need be started
        if self._time_used >= limit:
            raise StudentStopped(
                "timeout-total", f"The notebook and its tests used up the {limit:g} s that they may take."
            )
        self._process = self._start(self.assignment, limit - self._time_used)
        return self._run_cells()

    def _run_cells(self) -> bool:
        from autograder.notebook.run import run

        assert self._process is not None
        self.cells = []
        try:
            run(self.notebook, self._process, self.cells, skip=frozenset(self.stopped))
        except StudentStopped as stopped:
            if stopped.code == "timeout-total" or stopped.where is None:
                raise
            self.stopped[stopped.where.cell] = stopped
            return False
        return True

    def watch(self, excluded: Sequence[str]) -> None:
        """Have the student process note uses of what is excluded, until ``excluded_use`` asks."""
        self._end_watch()
        if excluded:
            with contextlib.suppress(StudentError, StudentStopped, UnreadableNotebook, InfrastructureError):
                student = self.student()  # what keeps the notebook from running is for the test to say
                self._watched = student, student.run(begin_watch, student, list(excluded))

    def excluded_use(self, excluded: Sequence[str], about: Sequence[str]) -> Outcome | None:
        """The fail for a solution that uses what is excluded, or None.

        Args:
            excluded: full names.
            about: names of the notebook that the question is about; else those that the test used count.
        """
        if not excluded:
            return None
        from autograder.checks.forbidden import forbidden, objection, where

        seen = self._end_watch()

        cells = {cell.number: cell.source for cell in self.notebook.cells}
        key = tuple(excluded), tuple(about or dict.fromkeys(self.used))
        if key not in self._by_syntax:  # several tests serve one question
            self._by_syntax[key] = forbidden(cells, key[0], about=key[1])
        outcome = self._by_syntax[key]
        if not outcome.passed:
            return outcome
        match seen:
            case [[str(name), int(cell), int(line)], *_]:
                return objection(name[:200], where(cells, cell, line))
        return None

    def _end_watch(self) -> object:
        """End the watch, if there is one, and return what it has seen: none may outlive its test."""
        watched, self._watched = self._watched, None
        if watched is not None and self._process is not None and watched[0] is self._process.student:
            with contextlib.suppress(StudentError, StudentStopped):
                return watched[0].run(end_watch, watched[1])
        return []

    def definition(self, name: str) -> Where | None:
        """The last place where a cell defines ``name`` at its top; None if none does."""
        named = re.escape(name)
        pattern = re.compile(
            rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{named}\b|^{named}\b[^=\n]*=(?!=)", re.MULTILINE
        )
        try:
            cells = self.notebook.cells
        except UnreadableNotebook:
            return None
        for cell in reversed(cells):
            if matches := list(pattern.finditer(cell.source)):
                line = cell.source.count("\n", 0, matches[-1].start()) + 1
                return Where(
                    cell=cell.number, line=line, source=cell.source.split("\n")[line - 1].strip()[:300]
                )
        return None

    def why_missing(self, name: str) -> StudentError | StudentStopped | None:
        """What went wrong in the cell that should have defined ``name``; None if no cell defines it."""
        place = self.definition(name)
        if place is None:
            return None
        failed = {outcome.number: outcome.error for outcome in self.cells}
        return self.stopped.get(place.cell) or failed.get(place.cell)


def begin_watch(student: Any, excluded: Any) -> Any:
    """Begin to watch; runs in the student process."""
    from autograder.student.guard import Guard

    return Guard(excluded, student._names)  # noqa: SLF001 - see kernel.Names


def end_watch(guard: Any) -> Any:
    """End it and tell; runs in the student process."""
    return guard.end()
