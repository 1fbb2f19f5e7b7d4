"""Moments and the ends of days, on the clocks of a place.

A day after a deadline ends when the clocks there show the time of the deadline again, so it may have 23 or 25
hours. Where a change of the clocks makes a time ambiguous, the reading counts that is better for the student.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from autograder.errors import UsageError

_MAX_DAYS = 10_000
_YEARS = range(1990, 2200)
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+")


def zone_named(name: str, where: object) -> tzinfo:
    """A time zone of the IANA's database, e.g. ``"Europe/Berlin"``.

    Args:
        name: what it is called there.
        where: whose setting it is, for the message.

    Raises:
        UsageError: there is none of that name, or this system has no such database.
    """
    from zoneinfo import ZoneInfo  # students' notebooks import this package, and need none of it

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise UsageError(f'there is no time zone {name!r} (wanted: e.g. "Europe/Berlin"): {where}') from None


def moment(text: str) -> datetime | None:
    """A date and time, or a date, in the form of ISO 8601; None if it is none.

    A date without a time is the end of that day. Without an offset the result is naive: what it means
    depends on the place.
    """
    text = _FRACTION.sub("", " ".join(text.split()))
    text = re.sub(r" ?(Z|UTC|[+-]\d\d:?\d\d)$", lambda found: found[1].replace("UTC", "Z"), text)
    try:
        found = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-\d\d-\d\d|\d{8}", text):
            found = found.replace(hour=23, minute=59, second=59)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def earliest(when: datetime, zone: tzinfo) -> datetime:
    """The instant of ``when``, in UTC; of two readings the earlier one."""
    return min(_readings(when, zone))


def latest(when: datetime, zone: tzinfo) -> datetime:
    """The instant of ``when``, in UTC; of two readings the later one."""
    return max(_readings(when, zone))


def _readings(when: datetime, zone: tzinfo) -> list[datetime]:
    if when.tzinfo is not None:
        return [when.astimezone(UTC)]
    return [when.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when something can be handed in."""

    when: datetime
    """With an offset, or on the clocks of ``zone``."""
    zone: tzinfo

    @property
    def instant(self) -> datetime:
        """In UTC."""
        return self.after(0)

    def __str__(self) -> str:
        return self.shown(self.instant)

    def shown(self, at: datetime) -> str:
        """An instant on the clocks of the place, e.g. ``"2026-11-02 23:59 (Europe/Berlin)"``."""
        local = at.astimezone(self.zone)
        time = f"{local:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
        return f"{time} ({self.zone if str(self.zone)[:1].isalpha() else local.tzname()})"

    def moment(self, text: str) -> datetime | None:
        """The instant that a text like ``"2026-11-09T18:00"`` names at the place; None if it names none.

        Of two readings the later one, as of any deadline.
        """
        when = moment(text)
        return None if when is None else latest(when, self.zone).astimezone(self.zone)

    def later(self, days: int) -> Due:
        """The same time of day, some days later."""
        return Due(self.wall + timedelta(days=days), self.zone)

    def after(self, days: int) -> datetime:
        """The instant at which so many days after it are over, in UTC."""
        return _end(self, days)

    @property
    def wall(self) -> datetime:
        """What the clocks of the place show."""
        if self.when.tzinfo is None:
            return self.when
        return self.when.astimezone(self.zone).replace(tzinfo=None)

    def days_late(self, at: datetime, grace: timedelta = timedelta()) -> int:
        """Days begun between it and ``at``; 0 if it was met.

        Args:
            at: when it was handed in, with an offset.
            grace: what is added to the end of each day.
        """
        over = at - grace
        days = max((over - self.instant).days - 1, 0)  # a clock moves by less than a day
        while over > self.after(days) and days < _MAX_DAYS:
            days += 1
        return min(days, _MAX_DAYS)


@lru_cache(1024)  # a class shares its deadlines
def _end(due: Due, days: int) -> datetime:
    if not days and due.when.tzinfo is not None:
        return due.when.astimezone(UTC)
    return latest(due.wall + timedelta(days=days), due.zone)
