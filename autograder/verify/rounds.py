"""Grade notebooks under given surroundings, and compare what came of it byte by byte."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.many import grade_many
from autograder.grading.submissions import Submission
from autograder.reports.html import Row
from autograder.reports.json_file import grade_text
from autograder.reports.progress import progress

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.verdict import AssignmentResult

Surroundings = Mapping[str, str | None]
"""Environment variables of the grader; None: the variable is not set."""

ORDINARY: Surroundings = {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1", "CI": None}
OTHER: Surroundings = {"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "2", "CI": "true"}


def grade(
    assignment: Assignment,
    notebooks: Sequence[Path],
    surroundings: Surroundings,
    *,
    jobs: int | None,
    questions: Mapping[Path, frozenset[str]] | None = None,
) -> dict[str, AssignmentResult]:
    """The grades of ``notebooks``, hidden tests included, by the notebooks' stems; prints each as it comes.

    Args:
        assignment: what they are graded for.
        notebooks: paths with different stems; graded in this order.
        surroundings: what the grader's processes find in their environment.
        jobs: notebooks at a time; by default one per processor.
        questions: those to grade, with what they need, of notebooks of which not all are graded.
    """
    only = questions or {}
    submissions = [
        Submission(name=path.stem, file_name=path.stem, path=path, questions=only.get(path))
        for path in notebooks
    ]
    results: dict[str, AssignmentResult] = {}
    if not submissions:
        return results
    with (
        _environment(surroundings),
        progress(len(submissions)) as report,
        closing(grade_many(assignment, submissions, hidden=True, jobs=jobs)) as attempts,
    ):
        for submission, attempt in attempts:
            results[submission.name] = attempt.result
            report(Row(result=attempt.result, trouble=attempt.trouble))
    return results


def difference(first: AssignmentResult, second: AssignmentResult) -> str:
    """Where the grade JSON of two gradings differs first; empty if they are the same bytes."""
    if grade_text([first]) == grade_text([second]):
        return ""
    for a, b in zip(first.questions, second.questions, strict=False):
        before, after = a.to_json(), b.to_json()
        for field in before:
            if before[field] != after[field]:
                return f"{a.id}: {field} is {before[field]!r}, then {after[field]!r}"
    return "there are other questions the second time"


@contextmanager
def _environment(surroundings: Surroundings) -> Iterator[None]:
    """Worker processes take over the environment at their start."""
    kept = {name: os.environ.get(name) for name in surroundings}
    _set(surroundings)
    try:
        yield
    finally:
        _set(kept)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
