"""What counts of an attempt, of a student's work and of a course: pure arithmetic, in exact decimal numbers.

No clock is asked. Which attempt is the latest is a matter of its number, and how late it came of the moment
that the gradebook has for it. Every step is kept, so that the result can be explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from autograder.dates import Due
from autograder.grading.adjustments import Adjustment, Kind

if TYPE_CHECKING:
    from autograder.grading.arrivals import Arrival
    from autograder.policy import Rules

_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the tests gave for one question."""

    id: str
    points: Decimal | None
    """None while a person has to look."""
    most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One piece of work and what the tests gave for it."""

    number: int
    """The larger, the later."""
    questions: tuple[Asked, ...]
    arrival: Arrival | None = None
    whole: Decimal = _ZERO
    """Most points of the assignment, where the questions of this attempt bring none because nobody could
    judge it; 0 if that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What counts of one attempt, and how it comes about."""

    attempt: Attempted
    tested: Decimal | None
    """What the tests gave; None while a person has to look."""
    most: Decimal
    marks: tuple[tuple[Adjustment, Asked, Decimal], ...] = ()
    """Points by hand that are used: the question, and the points in place of those of the tests."""
    unused: tuple[Adjustment, ...] = ()
    """Points by hand for questions that there are not."""
    earned: Decimal | None = None
    """With the points by hand."""
    due: Due | None = None
    extension: Adjustment | None = None
    extended: Due | None = None
    """Until when it was due for this student, if that is later."""
    days: int | None = None
    """Days late, each one begun; None if nobody knows."""
    spent: int = 0
    """Of these, days of the student's allowance."""
    percent: Decimal = _ZERO
    """What lateness takes of the points."""
    lost: Decimal | None = None
    """The same in points."""
    override: Adjustment | None = None
    """Points by hand for all of it."""
    points: Decimal | None = None
    """What counts; None while a person has to look."""


@lru_cache(1024)
def exact(number: float) -> Decimal:
    """The decimal number that was meant: 0.1 is a tenth."""
    return Decimal(repr(float(number)))


def count(attempt: Attempted, rules: Rules, adjustments: Iterable[Adjustment] = (), left: int = 0) -> Counted:
    """What counts of one attempt.

    The points of each question are those of the tests or, in their place, those by hand. Lateness takes a
    share of the sum, rounded down to cents. Points by hand for the whole assignment are the last word.

    Args:
        attempt: what the tests gave.
        rules: of its assignment.
        adjustments: those in force for this student and assignment, in any order.
        left: days of the student's allowance.
    """
    decided = list(adjustments)
    by_hand = {one.question: one for one in decided if one.kind is Kind.POINTS}
    extension = next((one for one in decided if one.kind is Kind.UNTIL), None)
    override = by_hand.pop("", None)
    marks = tuple(
        (by_hand[asked.id], asked, _within(Decimal(by_hand[asked.id].value), asked.most))
        for asked in attempt.questions
        if asked.id in by_hand
    )
    used = {mark.question for mark, _, _ in marks}
    most = sum((asked.most for asked in attempt.questions), _ZERO) or attempt.whole
    given = {asked.id: points for _, asked, points in marks}
    tested = _sum(asked.points for asked in attempt.questions)
    earned = _sum(given.get(asked.id, asked.points) for asked in attempt.questions) if given else tested
    due, extended = rules.due, _extended(rules.due, extension)
    days = _days_late(attempt.arrival, rules, extended)
    costs = rules.late is not None and rules.late.per_day > 0 and override is None
    spent = min(days or 0, max(left, 0)) if costs else 0
    percent = _percent(rules, (days or 0) - spent)
    lost = None if earned is None else (earned * percent / 100).quantize(_CENT, ROUND_FLOOR)
    points = None if earned is None or lost is None else earned - lost
    if override is not None:
        given_for_all = Decimal(override.value)
        points = _within(given_for_all, most) if most else given_for_all
    return Counted(
        attempt=attempt,
        tested=tested,
        most=most,
        marks=marks,
        unused=tuple(one for id, one in sorted(by_hand.items()) if id not in used),
        earned=earned,
        due=due,
        extension=extension,
        extended=extended,
        days=days,
        spent=spent,
        percent=percent,
        lost=lost,
        override=override,
        points=points,
    )


def best(counted: Sequence[Counted]) -> Counted:
    """The one that counts most, of equals the latest; one that waits for a person only if all do."""
    known = [one for one in counted if one.points is not None]
    return max(known or counted, key=lambda one: (one.points or _ZERO, one.attempt.number))


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    total = _ZERO
    for some in points:
        if some is None:
            return None
        total += some
    return total


def _within(points: Decimal, most: Decimal) -> Decimal:
    """A test may be worth less today than when the points were given."""
    return min(max(points, _ZERO), most)


def _extended(due: Due | None, extension: Adjustment | None) -> Due | None:
    if due is None or extension is None:
        return None
    number, _, word = extension.value.partition(" ")
    if word in ("day", "days"):
        later = due.later(int(number))
    else:
        moment = due.moment(extension.value)
        later = due if moment is None else Due(moment, due.zone)
    return later if later.instant > due.instant else None


def _days_late(arrival: Arrival | None, rules: Rules, extended: Due | None) -> int | None:
    if rules.due is None or arrival is None:
        return None
    grace = rules.late.grace if rules.late else None
    return min(
        due.days_late(arrival.at, grace) if grace else due.days_late(arrival.at)
        for due in (rules.due, extended)
        if due is not None
    )


def _percent(rules: Rules, days: int) -> Decimal:
    if rules.late is None or days <= 0:
        return _ZERO
    return min(rules.late.per_day * days, rules.late.at_most, Decimal(100))


def student(
    attempts: Mapping[str, Sequence[Attempted]],
    rules: Mapping[str, Rules],
    adjustments: Iterable[Adjustment] = (),
    *,
    take_best: bool = False,
    late_days: int = 0,
) -> dict[str, Counted]:
    """What counts of all that one student handed in, by assignment.

    Days of the allowance are spent in the order in which things were due for all, so more time for one
    assignment leaves no less for the others.

    Args:
        attempts: assignment to one attempt or more.
        rules: of the assignments; others than these have none.
        adjustments: those in force for this student, in any order.
        take_best: the best attempt counts, not the latest.
        late_days: the allowance.
    """
    from autograder.policy import Rules

    decided = list(adjustments)
    left = late_days
    found = {}
    for name in sorted(attempts, key=lambda name: _order(name, rules)):
        own = [one for one in decided if one.assignment == name]
        rule = rules.get(name, Rules())
        chosen = attempts[name] if take_best else [max(attempts[name], key=lambda one: one.number)]
        found[name] = best([count(one, rule, own, left) for one in chosen])
        left -= found[name].spent
    return found


def _order(name: str, rules: Mapping[str, Rules]) -> tuple[bool, str, str]:
    due = rules[name].due if name in rules else None
    return due is None, due.instant.isoformat() if due else "", name


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a student has of a course so far."""

    points: Decimal
    most: Decimal
    share: Fraction | None
    """Weighted, from 0 to 1; None if there is nothing to earn yet."""
    waiting: tuple[str, ...]
    """Assignments of which a person has to look at something; they are left out of the sums."""


def total(
    counted: Mapping[str, Counted], most: Mapping[str, Decimal], weights: Mapping[str, Decimal]
) -> Total:
    """Add up what counts.

    Args:
        counted: what counts of each assignment that the student handed something in for.
        most: all assignments so far and the most points of each; what was not handed in counts 0.
        weights: assignment to its weight; those that it does not name weigh nothing. Empty: points count as
            they are.
    """
    waiting = tuple(sorted(name for name, one in counted.items() if one.points is None))
    names = [name for name in most if name not in waiting]
    points = {name: _points(counted.get(name)) for name in names}
    weight = {
        name: Fraction(weights.get(name, _ZERO)) if weights else Fraction(most[name])
        for name in names
        if most[name] > 0
    }
    whole = sum(weight.values(), Fraction(0))
    part = sum((weight[name] * Fraction(points[name]) / Fraction(most[name]) for name in weight), Fraction(0))
    return Total(
        points=sum(points.values(), _ZERO),
        most=sum((most[name] for name in names), _ZERO),
        share=part / whole if whole else None,
        waiting=waiting,
    )


def _points(counted: Counted | None) -> Decimal:
    return _ZERO if counted is None or counted.points is None else counted.points
