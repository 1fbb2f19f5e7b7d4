"""One attempt as the gradebook keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.grading.arrivals import Work

if TYPE_CHECKING:
    from autograder.verdict import AssignmentResult, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One attempt as the gradebook keeps it."""

    result: AssignmentResult
    """Its ``submission`` is the name under which the submission is found again."""
    submission_sha256: str
    tests_sha256: str
    versions: Mapping[str, str]
    hidden: bool
    trouble: str
    started_at: str
    """ISO 8601, UTC."""
    duration: float
    """Seconds."""
    weights_sha256: str = ""
    """Of the weights handed in with it, of the bytes that are judged; empty if there are none to read."""
    reference_sha256: str = ""
    """Of the course's own solution."""
    taken: bool = True
    """False while a person has not accepted the outcome of a regrade."""
    conditions: Mapping[str, Json] = field(default_factory=dict)
    """Under which it was graded: limits, and the seed of the notebook's random numbers."""
    memory: int | None = None
    """Most bytes that the student's processes were seen to use; None if nobody could look."""
    outputs: str = ""
    """What the cells printed, cut."""

    @property
    def work(self) -> Work:
        """What it is the grade of."""
        result = self.result
        return Work(result.assignment, result.submission, self.submission_sha256, self.weights_sha256)

    @property
    def origin(self) -> tuple[object, ...]:
        """All that decides the outcome: what was handed in, what judged it, and under which settings.

        How strongly the notebook was locked does not, but whether it was at all is to be told.
        """
        return (
            *(self.submission_sha256, self.weights_sha256, self.tests_sha256, self.reference_sha256),
            *(json.dumps(dict(self.versions), sort_keys=True), self.hidden, self.result.isolation == "none"),
        )
