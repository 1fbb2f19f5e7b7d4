"""Settings of how grades count, and what they have nothing to do with."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from autograder.course import Course
from autograder.errors import UsageError
from autograder.grading.provenance import tests_sha256 as digest
from autograder.policy import LatePolicy

if TYPE_CHECKING:
    from tests.demo import DemoCourse


def settings(course: DemoCourse, *lines: str) -> Course:
    path = course.folder / "assignment.toml"
    text = path.read_text()
    path.write_text("\n".join([*lines, text]) if not lines[0].startswith("[") else "\n".join([text, *lines]))
    return Course(root=course.root)


def shared(course: DemoCourse, *lines: str) -> Course:
    (course.root / "pyproject.toml").write_text("\n".join(["[tool.autograder]", *lines]))
    return Course(root=course.root)


def test_without_settings_nothing_is_late(course: DemoCourse) -> None:
    rules = Course(root=course.root).rules()["01_demo"]
    assert (rules.due, rules.late) == (None, None)


def test_an_assignment_overrides_the_course(course: DemoCourse) -> None:
    found = shared(
        course,
        'timezone = "Europe/Berlin"',
        "late_days = 5",
        "[tool.autograder.late]",
        "per_day = 12.5",
        "[tool.autograder.weights]",
        "01_demo = 0.1",
    )
    settings(course, "due = 2026-11-02T23:59:00")
    rules = found.rules()["01_demo"]
    assert str(rules.due) == "2026-11-02 23:59 (Europe/Berlin)"
    assert rules.late == LatePolicy(per_day=Decimal("12.5"))
    assert (found.policy().late_days, found.policy().weights) == (5, {"01_demo": Decimal("0.1")})
    settings(course, 'timezone = "Asia/Kolkata"')
    settings(course, "[late]", "per_day = 1", "at_most = 2", "grace = 3")
    rules = found.rules()["01_demo"]
    assert str(rules.due) == "2026-11-02 23:59 (Asia/Kolkata)"
    assert rules.late == LatePolicy(per_day=Decimal(1), at_most=Decimal(2), grace=timedelta(minutes=3))


def test_an_offset_is_a_time_zone_too(course: DemoCourse) -> None:
    due = settings(course, "due = 2026-11-02T23:59:00-05:00").rules()["01_demo"].due
    assert str(due) == "2026-11-02 23:59 (UTC-05:00)"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("due = 2026-11-02T23:59:00", "setting 'due' needs a time zone"),
        ("due = 2026-11-02", "setting 'due' must be a date and time such as"),
        ('due = "soon"', "setting 'due' must be a date and time such as"),
        ("late = 3", "setting 'late' must be a table"),
        ("late = {at_most = 3}", "table 'late' needs the setting 'per_day'"),
        ("late = {per_day = 101}", "setting 'per_day' .percent. must be a number from 0 to 100"),
        ("late = {per_day = nan}", "setting 'per_day' .percent. must be a number"),
        ("late = {per_day = true}", "setting 'per_day' .percent. must be a number"),
        ("late = {per_day = 1, grace = -1}", "setting 'grace' .minutes. must be a number from 0 to 1,440"),
        ("late = {per_day = 1, days = 1}", "unknown setting 'days'"),
        ('due = 2026-11-02T23:59:00\ntimezone = "Berlin"', "there is no time zone 'Berlin'"),
    ],
)
def test_wrong_settings_of_an_assignment(course: DemoCourse, line: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        settings(course, line).rules()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('attempts = "first"', 'setting \'attempts\' must be "latest" or "best"'),
        ("late_days = -1", "setting 'late_days' must be a number from 0"),
        ("late_days = true", "setting 'late_days' must be a whole number"),
        ('late_days = 1\nattempts = "best"', "cannot go together"),
        ('weights = {01_demo = "2"}', "weight of '01_demo' must be a number"),
        ("jobs = 3", "unknown setting 'jobs'"),
        ("]", "cannot read the course's settings"),
    ],
)
def test_wrong_settings_of_a_course(course: DemoCourse, line: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        shared(course, line).policy()


def test_a_total_has_no_weights_of_what_there_is_not(course: DemoCourse) -> None:
    found = shared(course, "weights = {02_other = 1}")
    with pytest.raises(UsageError, match=r"to weigh .there are: 01_demo.: 02_other"):
        found.policy().require_known(found.rules())


def test_a_student_can_run_the_tests_whatever_a_due_date_lacks(course: DemoCourse) -> None:
    assert settings(course, "due = 2026-11-02T23:59:00").assignment("01_demo").deadline.due is not None


def test_what_counts_later_is_no_reason_to_grade_again(course: DemoCourse) -> None:
    before = digest(Course(root=course.root).assignment("01_demo"), hidden=True)
    found = settings(course, "due = 2026-11-02T23:59:00", 'timezone = "UTC"', "late = {per_day = 1}")
    assert digest(found.assignment("01_demo"), hidden=True) == before
    assert digest(settings(course, 'preload = ["json"]').assignment("01_demo"), hidden=True) != before
