"""What ``autograder grade`` does: a folder of submissions in, results, a gradebook and a page out.

::

    DIR/results/NAME.json   one grade JSON per submission
    DIR/feedback/NAME.json  what its student may see of it, and the same as text in NAME.txt
    DIR/gradebook.db        every attempt, added to what stood there before
    DIR/index.html          this batch
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from autograder.errors import UsageError
from autograder.grading import provenance
from autograder.grading.gradebook import Entry, Gradebook
from autograder.grading.many import grade_many
from autograder.reports import html
from autograder.reports.json_file import write_grade, write_text
from autograder.reports.terminal import render, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from autograder.course import Assignment
    from autograder.grading.one import Attempt
    from autograder.grading.submissions import Submission


class Batch:
    """One run over a folder; the only writer of its output folder. A context manager.

    Raises:
        UsageError: the output folder or the gradebook in it cannot be used.
    """

    def __init__(self, assignment: Assignment, out: Path, *, hidden: bool) -> None:
        self.assignment = assignment
        self.hidden = hidden
        self.out = out
        self.rows: list[html.Row] = []
        self._tests_sha256 = provenance.tests_sha256(assignment, hidden=hidden)
        self._versions = provenance.versions()
        try:
            self.results.mkdir(parents=True, exist_ok=True)
            self.feedback.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write results there ({error.strerror}): {out}") from None
        self._gradebook = Gradebook(out / "gradebook.db", create=True)

    @property
    def results(self) -> Path:
        """Folder of the grade JSONs."""
        return self.out / "results"

    @property
    def feedback(self) -> Path:
        """Folder of what students may see."""
        return self.out / "feedback"

    @property
    def not_judged(self) -> list[str]:
        """Names of the submissions of which a person has to look at something."""
        return [row.result.submission for row in self.rows if row.result.inconclusive]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    def grade(
        self,
        submissions: Sequence[Submission],
        *,
        jobs: int | None,
        report: Callable[[html.Row], None],
    ) -> bool:
        """Grade and store; returns whether all were reached (False: interrupted, what is done is kept).

        Args:
            submissions: what to grade.
            jobs: submissions at a time; by default one per processor.
            report: called with each row as soon as it is stored.

        Raises:
            OSError, sqlite3.Error: results cannot be stored.
        """
        try:
            with closing(grade_many(self.assignment, submissions, hidden=self.hidden, jobs=jobs)) as attempts:
                for submission, attempt in attempts:
                    self._store(submission, attempt)
                    row = html.Row(result=attempt.result, trouble=attempt.trouble)
                    self.rows.append(row)
                    report(row)
        except KeyboardInterrupt:
            return False
        finally:
            if self.rows:
                rows = sorted(self.rows, key=lambda row: row.result.submission)
                write_text(self.out / "index.html", html.page(self.assignment.title, rows))
        return True

    def _store(self, submission: Submission, attempt: Attempt) -> None:
        write_grade(self.results / f"{submission.file_name}.json", [attempt.result])
        for_student = attempt.result.for_student()
        write_grade(self.feedback / f"{submission.file_name}.json", [for_student])
        write_text(self.feedback / f"{submission.file_name}.txt", to_text(render(for_student)))
        started = datetime.now(UTC) - timedelta(seconds=attempt.duration)
        self._gradebook.add(
            Entry(
                result=attempt.result,
                submission_sha256=attempt.sha256,
                weights_sha256=attempt.weights_sha256,
                tests_sha256=self._tests_sha256,
                versions=self._versions,
                hidden=self.hidden,
                trouble=attempt.trouble,
                started_at=started.isoformat(timespec="seconds"),
                duration=attempt.duration,
            )
        )

    def summary(self) -> list[str]:
        """What came of it and where the files are."""
        number, waiting = len(self.rows), self.not_judged
        lines = ["", f"{number} {'submission' if number == 1 else 'submissions'} graded"]
        if waiting:
            names = ", ".join(waiting[:10]) + (f" and {len(waiting) - 10} more" if len(waiting) > 10 else "")
            lines.append(f"A person has to look at {len(waiting)} of them: {names}")
        return [
            *lines,
            f"results    {self.results}",
            f"feedback   {self.feedback}  (for the students)",
            f"gradebook  {self.out / 'gradebook.db'}",
            f"page       {self.out / 'index.html'}",
        ]
