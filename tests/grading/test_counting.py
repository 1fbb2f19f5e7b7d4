"""The arithmetic of grades: what holds of it whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.dates import Due
from autograder.grading.adjustments import Adjustment, Kind
from autograder.grading.arrivals import Arrival, Source
from autograder.grading.counting import Asked, Attempted, best, count, exact, student, total
from autograder.policy import LatePolicy, Rules

BERLIN = ZoneInfo("Europe/Berlin")
DUE = Due(datetime(2026, 10, 24, 23, 59), BERLIN)  # the clocks go back in the night after
TEN = LatePolicy(per_day=Decimal(10), at_most=Decimal(50), grace=timedelta(minutes=15))


def attempted(
    *points: float | None, late: timedelta | None = None, number: int = 1, most: float = 10
) -> Attempted:
    return Attempted(
        number=number,
        questions=tuple(
            Asked(id=f"1.{position}", points=None if some is None else exact(some), most=exact(most))
            for position, some in enumerate(points)
        ),
        arrival=None if late is None else Arrival(DUE.instant + late, Source.LIST),
    )


def decided(kind: Kind, value: str, question: str = "", assignment: str = "a", number: int = 1) -> Adjustment:
    return Adjustment(
        student="s",
        assignment=assignment,
        kind=kind,
        value=value,
        question=question,
        reason="r",
        author="a",
        number=number,
    )


RULES = Rules(due=DUE, late=TEN)


@pytest.mark.parametrize(
    ("late", "days", "lost", "points"),
    [
        (timedelta(0), 0, "0", "18"),
        (timedelta(minutes=15), 0, "0", "18"),
        (timedelta(minutes=16), 1, "1.8", "16.2"),
        (timedelta(hours=25, minutes=15), 1, "1.8", "16.2"),  # the day has 25 hours
        (timedelta(hours=26), 2, "3.6", "14.4"),
        (timedelta(days=30), 30, "9", "9"),
    ],
)
def test_each_day_begun_costs_and_the_loss_is_bounded(
    late: timedelta, days: int, lost: str, points: str
) -> None:
    found = count(attempted(10, 8, late=late), RULES)
    assert (found.days, found.lost, found.points) == (days, Decimal(lost), Decimal(points))


def test_what_nobody_knows_is_no_loss() -> None:
    assert count(attempted(10, 8), RULES).points == 18
    assert count(attempted(10, 8, late=timedelta(days=3)), Rules(late=TEN)).points == 18
    assert count(attempted(10, 8, late=timedelta(days=3)), Rules(due=DUE)).points == 18


def test_points_are_added_exactly() -> None:
    found = count(attempted(*[0.1] * 3), Rules())
    assert found.points == Decimal("0.3")
    assert count(attempted(0.1, 0.2, late=timedelta(days=1)), RULES).lost == Decimal("0.03")


def test_a_mark_replaces_the_points_of_its_question_and_is_late_like_them() -> None:
    marks = [decided(Kind.POINTS, "4.5", "1.1"), decided(Kind.POINTS, "3", "9.9")]
    found = count(attempted(10, None, late=timedelta(days=1)), RULES, marks)
    assert found.tested is None
    assert (found.earned, found.lost, found.points) == (Decimal("14.5"), Decimal("1.45"), Decimal("13.05"))
    assert [one.question for one in found.unused] == ["9.9"]


def test_a_mark_for_all_of_it_is_the_last_word() -> None:
    marks = [decided(Kind.POINTS, "4.5", "1.1"), decided(Kind.POINTS, "17")]
    assert count(attempted(10, None, late=timedelta(days=9)), RULES, marks).points == 17
    assert count(attempted(3, most=5), RULES, marks).points == 5  # worth less by now


def test_a_mark_stays_where_an_attempt_could_not_be_judged_at_all() -> None:
    unknown = attempted(None, most=0)
    found = count(replace(unknown, whole=Decimal(20)), RULES, [decided(Kind.POINTS, "17")])
    assert (found.points, found.most) == (17, 20)
    assert count(unknown, RULES, [decided(Kind.POINTS, "17")]).points == 17, "nobody knows of how many"
    assert count(unknown, RULES).points is None


def test_a_question_that_waits_is_not_a_zero() -> None:
    found = count(attempted(10, None, late=timedelta(days=1)), RULES)
    assert (found.points, found.lost, found.days) == (None, None, 1)


@pytest.mark.parametrize("value", ["2 days", "2026-10-26T23:59:00+01:00"])
def test_an_extension_moves_the_end(value: str) -> None:
    found = count(attempted(10, 8, late=timedelta(hours=27)), RULES, [decided(Kind.UNTIL, value)])
    assert (found.days, found.points) == (0, 18)
    assert str(found.extended) == "2026-10-26 23:59 (Europe/Berlin)"


def test_an_extension_that_ends_sooner_changes_nothing() -> None:
    sooner = decided(Kind.UNTIL, "2026-10-01T00:00:00+02:00")
    found = count(attempted(10, 8, late=timedelta(minutes=10)), RULES, [sooner])
    assert (found.extended, found.days) == (None, 0)


def test_the_latest_is_told_by_its_number_whatever_the_clocks_said() -> None:
    first = attempted(10, number=7, late=timedelta(days=2))
    second = attempted(4, number=8, late=timedelta(days=-400))
    for attempts in ([first, second], [second, first]):
        assert student({"a": attempts}, {"a": RULES})["a"].attempt.number == 8


def test_the_best_is_what_counts_most_and_of_equals_the_latest() -> None:
    late = attempted(10, number=3, late=timedelta(days=4))
    early = attempted(7, number=1, late=timedelta(0))
    again = replace(early, number=2)
    unknown = attempted(None, number=4)
    found = student({"a": [unknown, early, late, again]}, {"a": RULES}, take_best=True)["a"]
    assert (found.attempt.number, found.points) == (2, 7)
    assert best([count(unknown, RULES)]).points is None


def test_late_days_are_spent_in_the_order_of_the_due_dates() -> None:
    later = Rules(due=DUE.later(7), late=TEN)
    attempts = {
        "b_first": [attempted(10, late=timedelta(days=2))],
        "a_second": [attempted(10, late=timedelta(days=9))],
    }
    found = student(attempts, {"b_first": RULES, "a_second": later}, late_days=3)
    assert {name: (one.spent, one.points) for name, one in found.items()} == {
        "b_first": (2, Decimal(10)),
        "a_second": (1, Decimal(9)),
    }


def test_no_late_day_is_spent_where_lateness_costs_nothing() -> None:
    free = Rules(due=DUE, late=LatePolicy(per_day=Decimal(0)))
    override = [decided(Kind.POINTS, "3")]
    late = attempted(10, late=timedelta(days=2))
    assert [count(late, rules, left=5).spent for rules in (Rules(due=DUE), free, RULES)] == [0, 0, 2]
    assert count(late, RULES, override, left=5).spent == 0


def test_weights() -> None:
    counted = {"a": count(attempted(5), Rules()), "b": count(attempted(10), Rules())}
    most = {"a": Decimal(10), "b": Decimal(10), "c": Decimal(40)}
    plain = total(counted, most, {})
    assert (plain.points, plain.most, plain.share) == (15, 60, Fraction(1, 4))
    assert total(counted, most, {"a": Decimal(1), "b": Decimal("0.5")}).share == Fraction(2, 3)
    assert total(counted, most, {"z": Decimal(1)}).share is None
    waiting = total(counted | {"c": count(attempted(None), Rules())}, most, {})
    assert (waiting.share, waiting.waiting) == (Fraction(3, 4), ("c",))


# What holds whatever the numbers are

CENTS = st.integers(0, 2000).map(lambda cents: cents / 100)
LATE = st.none() | st.timedeltas(timedelta(days=-3), timedelta(days=20))
PERCENT = st.decimals(0, 100, places=2)


@st.composite
def attempts(draw: st.DrawFn) -> Attempted:
    questions = []
    for position in range(draw(st.integers(0, 4))):
        most = draw(CENTS)
        points = draw(st.none() | st.floats(0, most) | st.just(most))
        questions.append(
            Asked(id=f"1.{position}", points=points if points is None else exact(points), most=exact(most))
        )
    late = draw(LATE)
    arrival = None if late is None else Arrival(DUE.instant + late, Source.LIST)
    return Attempted(number=draw(st.integers(1, 9)), questions=tuple(questions), arrival=arrival)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    late = LatePolicy(
        per_day=draw(PERCENT), at_most=draw(PERCENT), grace=timedelta(minutes=draw(st.integers(0, 1440)))
    )
    return Rules(
        due=draw(st.sampled_from([None, DUE, DUE.later(3)])), late=draw(st.sampled_from([None, late]))
    )


MARKS = st.lists(
    st.builds(
        decided,
        st.just(Kind.POINTS),
        CENTS.map(str),
        st.sampled_from(["", "1.0", "1.1", "1.2", "9"]),
    ),
    unique_by=lambda one: one.slot,
)
EXTENSION = st.builds(
    decided,
    st.just(Kind.UNTIL),
    st.integers(1, 30).map(lambda days: f"{days} days")
    | st.timedeltas(timedelta(days=-9), timedelta(days=20)).map(
        lambda more: (DUE.instant + more).astimezone(BERLIN).isoformat(timespec="seconds")
    ),
)


@given(attempts(), rules(), MARKS, st.none() | EXTENSION, st.integers(0, 9))
def test_points_are_never_negative_and_never_above_the_maximum(attempt, rule, marks, extension, left) -> None:
    found = count(attempt, rule, [*marks, *([extension] if extension else [])], left)
    if found.points is not None and (found.most or found.override is None):
        assert 0 <= found.points <= found.most
    if found.override is None and found.earned is not None:
        assert found.points == found.earned - found.lost


@given(attempts(), rules(), MARKS, EXTENSION, st.integers(0, 9))
def test_the_order_of_decisions_does_not_matter(attempt, rule, marks, extension, left) -> None:
    there, back = [*marks, extension], [extension, *reversed(marks)]
    assert count(attempt, rule, there, left) == count(attempt, rule, back, left)


@given(
    st.lists(attempts(), min_size=1, max_size=4),
    st.lists(rules(), min_size=4, max_size=4),
    EXTENSION,
    st.integers(0, 3),
    st.integers(0, 9),
)
def test_an_extension_never_lowers_anything(works, rule, extension, which, late_days) -> None:
    names = "abcd"[: len(works)]
    of = dict(zip(names, rule, strict=False))
    handed_in = {name: [work] for name, work in zip(names, works, strict=True)}
    extension = replace(extension, assignment="abcd"[which])
    before = student(handed_in, of, late_days=late_days)
    after = student(handed_in, of, [extension], late_days=late_days)
    for name in names:
        assert (before[name].points is None) == (after[name].points is None)
        assert before[name].points is None or before[name].points <= after[name].points


@given(st.lists(attempts(), min_size=1, max_size=4), rules(), EXTENSION)
def test_an_extension_never_lowers_the_best(works, rule, extension) -> None:
    works = [replace(work, number=number) for number, work in enumerate(works)]
    before = student({"a": works}, {"a": rule}, take_best=True)["a"].points
    after = student({"a": works}, {"a": rule}, [extension], take_best=True)["a"].points
    assert before is None or before <= after
    latest = student({"a": works}, {"a": rule})["a"].points
    assert before is None or latest is None or latest <= before


@given(st.lists(attempts(), min_size=1, max_size=4), rules(), st.integers(0, 9))
def test_more_late_days_never_lower_anything(works, rule, late_days) -> None:
    handed_in = {name: [work] for name, work in zip("abcd", works, strict=False)}
    of = dict.fromkeys(handed_in, rule)
    fewer, more = (student(handed_in, of, late_days=days) for days in (late_days, late_days + 1))
    assert all(fewer[n].points is None or fewer[n].points <= more[n].points for n in handed_in)
    assert sum(one.spent for one in more.values()) <= late_days + 1


@given(st.lists(attempts(), min_size=1, max_size=4), st.permutations("abcd"))
def test_a_total_depends_on_no_order(works, names) -> None:
    counted = {name: count(work, Rules()) for name, work in zip("abcd", works, strict=False)}
    most = {name: one.most for name, one in counted.items()}
    turned = {name: counted[name] for name in names if name in counted}
    weights = {name: Decimal(weight) for name, weight in zip("abcd", (1, 2, 3, 4), strict=True)}
    for weight in ({}, weights):
        there = total(counted, most, weight)
        assert there == total(turned, {name: most[name] for name in turned}, weight)
        assert there.share is None or 0 <= there.share <= 1
