"""Days end on the clocks of a place, and what is ambiguous is read to the student's favour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.dates import Due, earliest, latest, moment, zone_named
from autograder.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
    ]
)
TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1))
INSTANTS = TIMES.map(lambda when: when.replace(tzinfo=UTC))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2026-10-24T23:59", 0),
        ("2026-10-24T23:59:01", 1),
        ("2026-10-25T23:59", 1),  # 25 hours later: this day is longer
        ("2026-10-25T23:59:01", 2),
        ("2026-10-26T23:59", 2),
    ],
)
def test_a_day_ends_at_the_same_time_of_day_when_clocks_go_back(at: str, days: int) -> None:
    assert Due(datetime(2026, 10, 24, 23, 59), BERLIN).days_late(berlin(at)) == days


def test_a_day_ends_at_the_same_time_of_day_when_clocks_go_forward() -> None:
    due = Due(datetime(2026, 3, 28, 23, 59), BERLIN)
    assert due.after(1) - due.instant == timedelta(hours=23)
    assert due.days_late(berlin("2026-03-29T23:59")) == 1
    assert due.days_late(berlin("2026-03-30T00:00")) == 2


def test_a_time_that_the_clocks_show_twice() -> None:
    twice = datetime(2026, 10, 25, 2, 30)
    assert earliest(twice, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert latest(twice, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert Due(twice, BERLIN).days_late(latest(twice, BERLIN)) == 0


def test_a_time_that_the_clocks_leave_out_is_not_earlier_for_it() -> None:
    assert Due(datetime(2026, 3, 29, 2, 30), BERLIN).instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_offset_is_an_instant_and_its_days_are_those_of_the_zone() -> None:
    due = Due(datetime.fromisoformat("2026-10-24T23:59:00+02:00"), BERLIN)
    assert due.instant == datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    assert due.after(1) == datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    assert str(due) == "2026-10-24 23:59 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-02", "2026-11-02T23:59:59"),
        ("2026-11-02 18:00", "2026-11-02T18:00:00"),
        (" 2026-11-02T18:00:05 ", "2026-11-02T18:00:05"),
        ("2026-11-02 18:00:05.123456789 Z", "2026-11-02T18:00:05+00:00"),
        ("2026-11-02 18:00:05 UTC", "2026-11-02T18:00:05+00:00"),
        ("2026-11-02 18:00:05 +0200", "2026-11-02T18:00:05+02:00"),
        ("2026-11-02T18:00:05-05:00", "2026-11-02T18:00:05-05:00"),
    ],
)
def test_moments(text: str, iso: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "text", ["", "2.11.2026", "11/02/2026", "2026-13-01", "soon", "0001-01-01", "9999-12-31"]
)
def test_no_moments(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("name", ["Europe/Bärlin", "../../etc/passwd", "/etc/localtime", "\0", "Europe"])
def test_a_zone_that_there_is_not(name: str) -> None:
    with pytest.raises(UsageError, match="there is no time zone"):
        zone_named(name, "here")


@given(TIMES, ZONES, st.integers(0, 40), st.integers(-300_000, 300_000), st.integers(0, 90))
def test_days_late_is_the_first_day_whose_end_was_met(
    when: datetime, zone: ZoneInfo, day: int, seconds: int, minutes: int
) -> None:
    due, grace = Due(when, zone), timedelta(minutes=minutes)
    at = due.after(day) + timedelta(seconds=seconds)
    days = due.days_late(at, grace)
    assert at <= due.after(days) + grace
    assert days == 0 or at > due.after(days - 1) + grace


@given(TIMES, ZONES, INSTANTS)
def test_no_reading_of_a_time_is_worse_than_the_one_that_counts(
    when: datetime, zone: ZoneInfo, at: datetime
) -> None:
    days = Due(when, zone).days_late(at)
    for fold in (0, 1):
        assert (
            days <= Due(when.replace(tzinfo=zone, fold=fold).astimezone(UTC), zone).days_late(at) or days == 0
        )
