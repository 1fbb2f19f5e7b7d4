"""What counts of an assignment as a plain table: a line for each submission, a column for each question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.course import question_order
from autograder.reports.csv_file import write

if TYPE_CHECKING:
    from autograder.grading.counted import Mark

BOM = "\ufeff"
"""Without it, Excel takes UTF-8 for something else."""


def text(marks: Sequence[Mark]) -> str:
    """The table as CSV; what waits for a person is empty."""
    ids = sorted({q.id for mark in marks for q in mark.result.questions}, key=question_order)
    rows: list[list[object]] = [["submission", "assignment", "score", "max_score", "to_look_at", *ids]]
    for mark in marks:
        own = {question.id: question.points for question in mark.result.questions}
        waiting = [q.id for q in mark.result.questions if q.points is None and mark.score is None]
        rows.append(
            [
                *(mark.submission, mark.result.assignment, _number(mark.score), mark.max_score),
                *(" ".join(waiting), *(_number(own.get(id)) for id in ids)),
            ]
        )
    return BOM + write(rows)


def _number(value: float | None) -> object:
    return "" if value is None else value
