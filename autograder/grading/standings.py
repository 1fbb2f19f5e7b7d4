"""Where the students of a course stand: what counts of all that the gradebook has, by the course's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from autograder.grading.adjustments import Adjustment, in_force
from autograder.grading.arrivals import Arrival, Work, believed
from autograder.grading.counting import Asked, Attempted, Counted, Total, exact, student, total
from autograder.policy import CoursePolicy, Rules

if TYPE_CHECKING:
    from autograder.grading.candidates import Candidate
    from autograder.grading.gradebook import Gradebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One student."""

    student: str
    """Name of the submissions."""
    counted: Mapping[str, Counted]
    """What counts, by assignment; without those for which nothing was handed in."""
    attempts: Mapping[str, int]
    """Assignment to how many different pieces of work were handed in for it."""
    total: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """All of them."""

    most: Mapping[str, Decimal]
    """All assignments in the gradebook, by name, and the most points of each."""
    students: tuple[Standing, ...]
    """By name."""


def standings(
    gradebook: Gradebook,
    policy: CoursePolicy | None = None,
    rules: Mapping[str, Rules] | None = None,
    *,
    only: str | None = None,
) -> Standings:
    """Where the students stand.

    Args:
        gradebook: what they got.
        policy: the course's; without it, the latest attempt counts as it is.
        rules: of the assignments.
        only: name of the one student that is wanted.

    Raises:
        sqlite3.Error: the gradebook cannot be read.
    """
    policy = policy or CoursePolicy()
    most = {one.work.assignment: _most(one) for one in gradebook.candidates.newest()}
    arrivals = gradebook.arrivals.all(only)
    decided: defaultdict[str, list[Adjustment]] = defaultdict(list)
    for adjustment in in_force(gradebook.adjustments.all(only)):
        decided[adjustment.student].append(adjustment)
    found: defaultdict[str, defaultdict[str, list[Attempted]]] = defaultdict(lambda: defaultdict(list))
    for candidate in gradebook.candidates.all(only):
        attempted = _attempted(candidate, arrivals, most)
        found[candidate.work.submission][candidate.work.assignment].append(attempted)
        most.setdefault(candidate.work.assignment, Decimal(0))
    most = dict(sorted(most.items()))
    return Standings(
        most=most,
        students=tuple(
            _standing(name, attempts, decided[name], most, policy, rules or {})
            for name, attempts in sorted(found.items())
        ),
    )


def _standing(
    name: str,
    attempts: Mapping[str, list[Attempted]],
    decided: Iterable[Adjustment],
    most: Mapping[str, Decimal],
    policy: CoursePolicy,
    rules: Mapping[str, Rules],
) -> Standing:
    counted = student(attempts, rules, decided, take_best=policy.best, late_days=policy.late_days)
    own = {name: counted[name].most if name in counted else whole for name, whole in most.items()}
    return Standing(
        student=name,
        counted=counted,
        attempts={assignment: len(some) for assignment, some in attempts.items()},
        total=total(counted, own, policy.weights),
    )


def _attempted(
    candidate: Candidate, arrivals: Mapping[Work, list[Arrival]], most: Mapping[str, Decimal]
) -> Attempted:
    return Attempted(
        number=candidate.number,
        questions=tuple(_asked(*question) for question in candidate.questions),
        arrival=believed(arrivals.get(candidate.work, ())),
        whole=most.get(candidate.work.assignment, Decimal(0)),
    )


@lru_cache(4096)  # a class shares most of them
def _asked(id: str, points: float | None, most: float) -> Asked:
    return Asked(id=id, points=None if points is None else exact(points), most=exact(most))


def _most(candidate: Candidate) -> Decimal:
    return sum((exact(most) for _, _, most in candidate.questions), Decimal(0))
