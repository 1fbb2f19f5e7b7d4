"""The files of a batch that people read: a grade for each submission, what its student may see, a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.reports import html
from autograder.reports.json_file import write_grade, write_text
from autograder.reports.terminal import render, to_text

if TYPE_CHECKING:
    from autograder.verdict import AssignmentResult


class Folder:
    """An output folder.

    Args:
        out: where it is.

    Raises:
        OSError: it cannot be made; the methods, if they cannot write.
    """

    def __init__(self, out: Path) -> None:
        self.results = out / "results"
        """Folder of the grade JSONs."""
        self.feedback = out / "feedback"
        """Folder of what students may see."""
        self.page = out / "index.html"
        self.results.mkdir(parents=True, exist_ok=True)
        self.feedback.mkdir(exist_ok=True)

    def write(self, name: str, result: AssignmentResult) -> None:
        """Write the grade of a submission, and what its student may see of it as JSON and as text.

        Args:
            name: of the files, without suffix.
            result: the grade.
        """
        write_grade(self.results / f"{name}.json", [result])
        for_student = result.for_student()
        write_grade(self.feedback / f"{name}.json", [for_student])
        write_text(self.feedback / f"{name}.txt", to_text(render(for_student)))

    def write_page(self, title: str, rows: Sequence[html.Row]) -> None:
        """Write the page of all submissions, by name; none if there are none."""
        if rows:
            write_text(self.page, html.page(title, sorted(rows, key=lambda row: row.result.submission)))
