"""What ``autograder grade`` does: a folder of submissions in, results, a gradebook and a page out.

::

    DIR/results/NAME.json   one grade JSON per submission
    DIR/feedback/NAME.json  what its student may see of it, and the same as text in NAME.txt
    DIR/gradebook.db        every attempt, added to what stood there before
    DIR/submissions/        what was handed in, by its digest
    DIR/index.html          what counts of this batch

What was judged before is not graded again as long as everything is the same that decides its grade: the bytes
handed in, the tests, the reference, versions, settings. So a batch that was stopped goes on where it was.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from autograder.errors import DISK_FULL, InfrastructureError, UsageError
from autograder.grading import provenance
from autograder.grading.arrivals import Arrival, Work, is_news
from autograder.grading.gradebook import Entry, Gradebook
from autograder.grading.kept import keep, remove_unfinished
from autograder.grading.many import grade_many
from autograder.grading.moves import Move, moves
from autograder.grading.one_writer import OneWriter
from autograder.notebook.read import UnreadableNotebook
from autograder.notebook.weights import UnreadableWeights
from autograder.reports import html
from autograder.reports.folder import Folder
from autograder.student.begin import SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from autograder.course import Assignment
    from autograder.doctor.choice import Choice
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.protocol import Engine
    from autograder.grading.submissions import Submission
    from autograder.verdict import Json, QuestionResult


class Batch:
    """One run over a folder; the only writer of its output folder. A context manager.

    Args:
        assignment: what is graded.
        out: output folder.
        hidden: run the hidden tests too.
        isolation: what the student processes are locked with, and what results say of it.
        secrets: files and folders that a student process must not be able to read.
        tell: called with a sentence on what the gradebook waits for or is careful about.

    Raises:
        UsageError: the output folder or the gradebook in it cannot be used, or another batch uses it.
        sqlite3.Error: the disk is full or does not work.
    """

    def __init__(
        self,
        assignment: Assignment,
        out: Path,
        *,
        hidden: bool,
        isolation: Choice,
        secrets: Sequence[Path] = (),
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.assignment = assignment
        self.hidden = hidden
        self.isolation = isolation
        self.out = out
        self.rows: list[html.Row] = []
        """What counts of the submissions that were reached."""
        self.not_judged: list[str] = []
        """Names of the submissions of which a person has to look at something, in this outcome of them."""
        self.known = 0
        """Submissions that had been graded before."""
        self.undated = 0
        """Submissions of which nobody knows when they were handed in."""
        self._secrets = tuple(secrets)
        self._tests_sha256 = provenance.tests_sha256(assignment, hidden=hidden)
        self._reference_sha256 = provenance.reference_sha256(assignment)
        self._versions = provenance.versions()
        try:
            self._folder = Folder(out)
            self._writer = OneWriter(out)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise
            raise UsageError(f"cannot write results there ({error.strerror}): {out}") from None
        try:
            remove_unfinished(out)
            self._gradebook = Gradebook(out / "gradebook.db", create=True, tell=tell)
        except BaseException:
            self._writer.close()
            raise
        self._current: dict[str, Entry] = {}
        self._arrivals: dict[Work, list[Arrival]] = {}
        self._conditions: dict[str, Json] = {"limits": asdict(assignment.limits), "seed": SEED}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()
        self._writer.close()

    def grade(
        self,
        submissions: Sequence[Submission],
        *,
        jobs: int | None = None,
        report: Callable[[html.Row], None],
        regrade: bool = False,
        engine: Engine | None = None,
    ) -> bool:
        """Grade and store; returns whether all were reached (False: interrupted, what is done is kept).

        Args:
            submissions: what to grade.
            jobs: submissions at a time; by default one per processor.
            report: called with each row as soon as it is stored.
            regrade: grade also what was judged before, and let the outcome wait until it is taken.
            engine: where they are graded, entered; if not given, here, as many at a time as ``jobs`` says.

        Raises:
            UsageError: the tests or the reference were changed meanwhile; what is done is kept.
            OSError, sqlite3.Error: results cannot be stored.
            InfrastructureError: there is nobody left to grade them; what is done is kept.
        """
        current = self._current = self._gradebook.current(self.assignment.name)
        self._arrivals = self._gradebook.arrivals.all()
        waiting = []
        questions = self._questions()
        for submission in submissions:
            entry = None if regrade else current.get(submission.name)
            if entry is None or not self._is_judged(entry, submission):
                waiting.append(submission)
            else:
                self.known += 1
                self._note_arrival(submission, entry)
                self._publish(submission, entry, report, known=True)
        try:
            graded = grade_many(
                self.assignment,
                waiting,
                hidden=self.hidden,
                jobs=jobs,
                isolation=self.isolation.strategy,
                lacking=self.isolation.missing,
                secrets=self._secrets,
                questions=questions,
                engine=engine,
            )
            with closing(graded) as attempts:
                for submission, attempt in attempts:
                    self._require_unchanged()
                    entry = self._entry(attempt, taken=not (regrade and submission.name in current))
                    keep(self.out, self.assignment, submission.path, entry)
                    self._gradebook.add(entry)
                    self._note_arrival(submission, entry)
                    self._publish(submission, entry, report)
            finished = True
        except KeyboardInterrupt:
            finished = False
        except (UsageError, OSError, sqlite3.Error, InfrastructureError):
            with suppress(OSError):  # the first error is the one to tell
                self._write_page()
            raise
        self._write_page()
        return finished

    def _require_unchanged(self) -> None:
        """Nothing is stored under the digest of tests or of a reference that it may not come from."""
        now: tuple[str, ...] = ()
        with suppress(OSError, ValueError):  # half of a file is there
            tests = provenance.tests_sha256(self.assignment, hidden=self.hidden)
            now = tests, provenance.reference_sha256(self.assignment)
        if now != (self._tests_sha256, self._reference_sha256):
            raise UsageError(
                f"the tests or the reference of {self.assignment.name} were changed while the batch ran; "
                "what is stored was graded before that, and the same command goes on with the new ones"
            )

    def _questions(self) -> tuple[QuestionResult, ...]:
        """Those of the assignment, as somebody has been graded with the same tests; empty if nobody has."""
        same = (entry for entry in self._current.values() if entry.tests_sha256 == self._tests_sha256)
        return next((entry.result.questions for entry in same if entry.result.max_score), ())

    def _write_page(self) -> None:
        self._folder.write_page(self.assignment.title, self.rows)

    def _is_judged(self, entry: Entry, submission: Submission) -> bool:
        """Whether ``entry`` is the grade that ``submission`` would get now."""
        if entry.result.inconclusive or submission.trouble:
            return False
        try:
            sha256, weights_sha256 = provenance.digests(self.assignment, submission.path)
        except (UnreadableNotebook, UnreadableWeights, InfrastructureError):
            return False
        now = replace(
            entry,
            result=replace(entry.result, isolation=self.isolation.label),
            submission_sha256=sha256,
            weights_sha256=weights_sha256,
            **self._settings(),
        )
        return now.origin == entry.origin

    def _settings(self) -> dict[str, Any]:
        return {
            "tests_sha256": self._tests_sha256,
            "reference_sha256": self._reference_sha256,
            "versions": self._versions,
            "hidden": self.hidden,
        }

    def _entry(self, attempt: Attempt, *, taken: bool) -> Entry:
        started = datetime.now(UTC) - timedelta(seconds=attempt.duration)
        return Entry(
            result=replace(attempt.result, isolation=self.isolation.label),
            submission_sha256=attempt.sha256,
            weights_sha256=attempt.weights_sha256,
            trouble=attempt.trouble,
            started_at=started.isoformat(timespec="seconds"),
            duration=attempt.duration,
            taken=taken,
            conditions=self._conditions,
            memory=attempt.memory,
            outputs=attempt.outputs,
            **self._settings(),
        )

    def _note_arrival(self, submission: Submission, entry: Entry) -> None:
        """Keep when it was handed in, unless the gradebook says the same already."""
        said = self._arrivals.setdefault(entry.work, [])
        arrival = submission.handed_in
        if arrival is not None and is_news(arrival, said):
            self._gradebook.arrivals.add(entry.work, arrival)
            said.append(arrival)
        self.undated += not said

    def _publish(
        self,
        submission: Submission,
        entry: Entry,
        report: Callable[[html.Row], None],
        *,
        known: bool = False,
    ) -> None:
        """Write the files of an outcome, if it counts, and tell of it."""
        row = _row(entry, known=known)
        if entry.result.inconclusive:
            self.not_judged.append(submission.name)
        if entry.taken:
            self._folder.write(submission.file_name, entry.result)
            self.rows.append(row)
        else:
            self.rows.append(_row(self._current[submission.name], known=True))
        report(row)

    def moves(self, submissions: Sequence[Submission]) -> list[Move]:
        """What would move of these if the outcomes that wait were taken."""
        before = {name: entry.result for name, entry in self._gradebook.current(self.assignment.name).items()}
        return moves(before, {name: entry.result for name, entry in self._waiting(submissions).items()})

    def take(self, submissions: Sequence[Submission]) -> int:
        """Let the outcomes that wait for these count from now on; returns how many there were.

        Raises:
            OSError, sqlite3.Error: they cannot be stored.
        """
        chosen = self._waiting(submissions)
        self._gradebook.take(self.assignment.name, chosen)
        return len(chosen)

    def _waiting(self, submissions: Sequence[Submission]) -> dict[str, Entry]:
        proposed = self._gradebook.proposed(self.assignment.name)
        return {s.name: proposed[s.name] for s in submissions if s.name in proposed}

    def summary(self) -> list[str]:
        """What came of it and where the files are."""
        number, waiting = len(self.rows), self.not_judged
        known = f", {self.known} of them before" if self.known else ""
        lines = ["", f"{number} {'submission' if number == 1 else 'submissions'} graded{known}"]
        if waiting:
            names = ", ".join(waiting[:10]) + (f" and {len(waiting) - 10} more" if len(waiting) > 10 else "")
            lines.append(f"A person has to look at {len(waiting)} of them: {names}")
        return [
            *lines,
            f"results    {self._folder.results}",
            f"feedback   {self._folder.feedback}  (for the students)",
            f"gradebook  {self.out / 'gradebook.db'}",
            f"page       {self._folder.page}",
        ]


def _row(entry: Entry, *, known: bool) -> html.Row:
    return html.Row(
        result=entry.result,
        trouble=entry.trouble,
        known=known,
        counts=entry.taken,
        seconds=entry.duration,
    )
