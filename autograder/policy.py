"""How grades count: what lateness costs, which attempt counts, what an assignment weighs.

``assignment.toml`` says what holds for one assignment, ``[tool.autograder]`` in the course's
``pyproject.toml`` what holds for all::

    due = 2026-11-02T23:59:00        # the clocks of the time zone        [tool.autograder]
    timezone = "Europe/Berlin"       # or for all assignments      →      timezone = "Europe/Berlin"
                                                                          attempts = "latest"   # or "best"
    [late]                           # or for all assignments      →      late_days = 5
    per_day = 10                     # percent of the points              [tool.autograder.late]
    at_most = 50                     # percent of the points              [tool.autograder.weights]
    grace = 15                       # minutes                            01_autograd = 2

None of it decides a verdict, so nothing is graded again when it changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from autograder.dates import Due, zone_named
from autograder.errors import UsageError

COUNTING = ("due", "timezone", "late")
"""Settings of an assignment that say how its grade counts, and decide no verdict."""

_MOST = Decimal(10**6)
_TYPES = {str: "text", int: "whole number", list: "list", dict: "table"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """What a day costs."""

    per_day: Decimal
    """Percent of the points, for each day begun."""
    at_most: Decimal = Decimal(100)
    """Percent of the points; no lateness costs more."""
    grace: timedelta = timedelta()
    """How much later than the end of a day is still in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What ``assignment.toml`` says of the time to hand in."""

    due: datetime | None = None
    """With an offset, or on the clocks of ``timezone``."""
    timezone: str = ""
    """Empty: that of the course."""
    late: LatePolicy | None = None
    """None: that of the course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the grade of one assignment counts."""

    due: Due | None = None
    late: LatePolicy | None = None
    """None: lateness costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePolicy:
    """What ``[tool.autograder]`` says."""

    timezone: str = ""
    best: bool = False
    """The best attempt counts, not the latest one."""
    late_days: int = 0
    """Days that each student may be late without loss, over all assignments."""
    late: LatePolicy | None = None
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    """Assignment to its weight; empty: points count as they are."""
    path: Path = Path("pyproject.toml")

    def zone(self, deadline: Deadline) -> tzinfo | None:
        """The time zone of an assignment; None if no setting names one.

        Raises:
            UsageError: there is none of that name.
        """
        name = deadline.timezone or self.timezone
        return zone_named(name, self.path) if name else None

    def require_known(self, assignments: Collection[str]) -> None:
        """Refuse weights of assignments that there are not; asked where a total is made, and nowhere else.

        Only part of a course may be there to grade with.

        Raises:
            UsageError: there is one.
        """
        for name in self.weights:
            if name not in assignments:
                known = ", ".join(assignments)
                raise UsageError(f"there is no assignment of that name to weigh (there are: {known}): {name}")

    def rules(self, deadline: Deadline, where: object) -> Rules:
        """How the grade of an assignment counts.

        Args:
            deadline: what its own settings say.
            where: the file of those, for messages.

        Raises:
            UsageError: it is due at a time of which nobody knows the time zone.
        """
        late = deadline.late or self.late
        if deadline.due is None:
            return Rules(late=late)
        zone = self.zone(deadline) or deadline.due.tzinfo
        if zone is None:
            raise UsageError(
                "setting 'due' needs a time zone: add the setting 'timezone' (e.g. \"Europe/Berlin\") there, "
                f"or in [tool.autograder] of pyproject.toml: {where}"
            )
        return Rules(due=Due(deadline.due, zone), late=late)


def read_course_policy(root: Path) -> CoursePolicy:
    """What the ``pyproject.toml`` of the course in ``root`` says; the defaults if there is none.

    Raises:
        UsageError: it is not TOML, or has a wrong or unknown setting.
    """
    path = root / "pyproject.toml"
    if not path.is_file():
        return CoursePolicy(path=path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the course's settings ({error}): {path}") from None
    tool = data.get("tool")
    given = tool.get("autograder", {}) if isinstance(tool, dict) else {}
    where = f"[tool.autograder] of {path}"
    checked(given, {"timezone": str, "attempts": str, "late_days": int, "late": dict, "weights": dict}, where)
    attempts = given.get("attempts", "latest")
    if attempts not in ("latest", "best"):
        raise UsageError(f'setting \'attempts\' must be "latest" or "best": {where}')
    late_days = given.get("late_days", 0)
    if not 0 <= late_days <= 1000:
        raise UsageError(f"setting 'late_days' must be a number from 0 to 1000: {where}")
    if late_days and attempts == "best":
        # Which attempt is best would depend on the days left, and the days left on which one is best.
        raise UsageError(f"settings 'late_days' and 'attempts = \"best\"' cannot go together: {where}")
    return CoursePolicy(
        timezone=given.get("timezone", ""),
        best=attempts == "best",
        late_days=late_days,
        late=late_policy(given["late"], where) if "late" in given else None,
        weights={
            name: _number(weight, f"weight of {name!r}", _MOST, where)
            for name, weight in given.get("weights", {}).items()
        },
        path=path,
    )


def deadline(data: Mapping[str, Any], where: object) -> Deadline:
    """What the settings of an assignment say of the time to hand in.

    Args:
        data: the settings, of which only those in ``COUNTING`` are looked at.
        where: the file, for messages.

    Raises:
        UsageError: one is wrong.
    """
    due = data.get("due")
    if due is not None and not isinstance(due, datetime):
        raise UsageError(f"setting 'due' must be a date and time such as 2026-11-02T23:59:00: {where}")
    return Deadline(
        due=due,
        timezone=data.get("timezone", ""),
        late=late_policy(data["late"], where) if "late" in data else None,
    )


def late_policy(data: Mapping[str, Any], where: object) -> LatePolicy:
    """What a table ``late`` says.

    Raises:
        UsageError: a setting is wrong or unknown, or there is none that says what a day costs.
    """
    checked(data, {"per_day": object, "at_most": object, "grace": object}, f"table 'late' of {where}")
    if "per_day" not in data:
        raise UsageError(f"table 'late' needs the setting 'per_day', the percent that a day costs: {where}")
    hundred = Decimal(100)
    return LatePolicy(
        per_day=_number(data["per_day"], "setting 'per_day' (percent)", hundred, where),
        at_most=_number(data.get("at_most", 100), "setting 'at_most' (percent)", hundred, where),
        grace=timedelta(
            minutes=float(_number(data.get("grace", 0), "setting 'grace' (minutes)", Decimal(1440), where))
        ),
    )


def checked(data: Mapping[str, Any], known: Mapping[str, type], where: object) -> None:
    """Refuse settings of other names or types.

    Raises:
        UsageError: there is one.
    """
    for key, value in data.items():
        if key not in known:
            raise UsageError(f"unknown setting {key!r} (known: {', '.join(known)}): {where}")
        if not isinstance(value, known[key]) or (known[key] is int and isinstance(value, bool)):
            raise UsageError(f"setting {key!r} must be a {_TYPES.get(known[key], 'value')}: {where}")


def _number(value: object, what: str, most: Decimal, where: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
        return Decimal(str(value))
    raise UsageError(f"{what} must be a number from 0 to {most:,}: {where}")
