"""What persons decide stays, whatever is graded again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.cli import main
from autograder.grading.adjustments import Adjustment, Kind, in_force
from autograder.grading.arrivals import Arrival, Source, Work, believed
from autograder.grading.counted import marks
from autograder.grading.gradebook import Entry, Gradebook
from autograder.verdict import Outcome, QuestionResult, Verdict
from tests.grading.test_gradebook import entry

if TYPE_CHECKING:
    from tests.demo import DemoCourse

MARK = Adjustment(
    student="alice",
    assignment="01_demo",
    question="1.2",
    kind=Kind.POINTS,
    value="2.5",
    reason="read by hand",
    author="Ada",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.db"
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry("alice"))
        gradebook.add(entry("bob"))
    return path


def stored(path: Path, student: str = "alice") -> list[Adjustment]:
    with Gradebook(path) as gradebook:
        return list(gradebook.adjustments.all(student))


def test_the_last_of_its_kind_is_in_force_and_all_are_kept(path: Path) -> None:
    until = replace(MARK, question="", kind=Kind.UNTIL, value="2 days")
    with Gradebook(path, create=True) as gradebook:
        for one in (MARK, until, replace(MARK, value="3"), replace(MARK, student="bob")):
            gradebook.adjustments.add(one)
        gradebook.add(entry("alice", points=0.0))
        assert [one.value for one in gradebook.adjustments.all("alice")] == ["2.5", "2 days", "3"]
        assert len(gradebook.adjustments.all()) == 4
        assert [one.value for one in in_force(gradebook.adjustments.all("alice"))] == ["2 days", "3"]
        gradebook.adjustments.add(replace(MARK, value=""))
        assert [one.value for one in in_force(gradebook.adjustments.all("alice"))] == ["2 days"]


@pytest.mark.parametrize("statement", ["DELETE FROM adjustments", "UPDATE adjustments SET value = '9'"])
def test_the_database_itself_refuses_to_change_one(path: Path, statement: str) -> None:
    with Gradebook(path) as gradebook:
        gradebook.adjustments.add(MARK)
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.Error, match="only added to"):
        database.execute(statement)
    assert [one.value for one in stored(path)] == ["2.5"]


def test_who_is_believed_about_the_time() -> None:
    def at(hour: int, source: Source) -> Arrival:
        return Arrival(datetime(2026, 11, 2, hour, tzinfo=UTC), source)

    file, other_file = at(9, Source.FILE), at(8, Source.FILE)
    system, again = at(10, Source.GRADESCOPE), at(12, Source.GRADESCOPE)
    first, correction = at(15, Source.LIST), at(14, Source.LIST)
    assert believed([]) is None
    assert believed([file, other_file]) == other_file
    assert believed([file, again, system]) == system
    assert believed([correction, first, file, system]) == first


def test_times_come_back_as_they_were(path: Path) -> None:
    work = Work("01_demo", "alice", "ab" * 32)
    arrival = Arrival(datetime(2026, 11, 2, 22, 59, 5, tzinfo=UTC), Source.GRADESCOPE)
    with Gradebook(path) as gradebook:
        gradebook.arrivals.add(work, arrival)
        assert gradebook.arrivals.all() == gradebook.arrivals.all("alice") == {work: [arrival]}
        assert gradebook.arrivals.all("bob") == {}


def mark(path: Path, *options: str, student: str = "alice", assignment: str = "01_demo") -> int:
    return main(["mark", str(path), student, "--assignment", assignment, "--reason", "why", *options])


def test_a_mark_is_stored_with_reason_and_author(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--question", "1.2", "--points", "2.5", "--author", "Ada")
    assert mark(path.parent, *options, student="alice.ipynb") == 0
    assert capsys.readouterr().out == "alice, 01_demo, question 1.2: 2.5 points by hand\n"
    (one,) = stored(path)
    assert replace(one, number=0, made_at="") == replace(MARK, reason="why")
    assert datetime.fromisoformat(one.made_at).tzinfo is not None
    assert mark(path, "--question", "1.2", "--points", "25e-1") == 0
    assert stored(path)[-1].value == "2.5"
    assert mark(path, "--question", "1.2", "--points", "0.2e1") == 0
    assert stored(path)[-1].value == "2"
    assert mark(path, "--question", "1.2", "--withdraw") == 0
    assert in_force(stored(path)) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--question", "1.2", "--points", "3.01"),
            "--points must be a number from 0 to 3 with at most 4 decimals: '3.01'",
        ),
        (("--question", "1.2", "--points", "1.00001"), "with at most 4 decimals: '1.00001'"),
        (("--question", "1.2", "--points", "-1"), "--points must be a number from 0 to 3"),
        (("--question", "1.2", "--points", "nan"), "--points must be a number from 0 to 3"),
        (("--question", "1.2", "--points", "two"), "--points must be a number from 0 to 3"),
        (("--question", "1.3", "--points", "1"), "no such question in 01_demo (there are: 1.1, 1.2): 1.3"),
        (("--points", "5.5"), "--points must be a number from 0 to 5"),
        (("--points", "1", "--author", " "), "--author must say who"),
        (("--points", "1", "--reason", " "), "--reason must say why"),
    ],
)
def test_a_wrong_mark_is_one_sentence_and_nothing_is_stored(
    path: Path, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mark(path, *options) == 2
    assert words in capsys.readouterr().err
    assert stored(path) == []


def not_judged(submission: str) -> Entry:
    whole = QuestionResult(
        id="all", title="t", points=None, max_points=0.0, outcome=Outcome(verdict=Verdict.INCONCLUSIVE)
    )
    known = entry(submission)
    return replace(known, result=replace(known.result, questions=(whole,)), submission_sha256="")


def test_what_could_not_be_judged_at_all_can_be_marked(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mark(path, "--points", "4") == 0
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(not_judged("alice"))
        gradebook.add(not_judged("carol"))
    assert mark(path, "--points", "5", student="carol") == 0
    with Gradebook(path) as gradebook:
        assert {one.submission: (one.score, one.max_score) for one in marks(gradebook)} == {
            "alice": (4.0, 5.0),
            "bob": (3.5, 5.0),
            "carol": (5.0, 5.0),
        }
    assert mark(path, "--points", "5.5", student="carol") == 2
    assert "--points must be a number from 0 to 5 " in capsys.readouterr().err


def test_a_mark_needs_to_know_of_how_many_points_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gradebook.db"
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(not_judged("alice"))
    assert mark(path, "--points", "5") == 2
    assert "nothing of 01_demo has been judged yet" in capsys.readouterr().err
    assert stored(path) == []


def test_a_mark_for_nobody_or_nothing_is_one_sentence(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mark(path, "--points", "1", student="carol") == 2
    assert "no submission of that name (there are: alice, bob): carol" in capsys.readouterr().err
    assert mark(path, "--points", "1", assignment="02") == 2
    assert "alice has no submission for this assignment (has: 01_demo): 02" in capsys.readouterr().err


def due(course: DemoCourse, when: str = "2026-10-24T23:59:00", *lines: str) -> None:
    settings = course.folder / "assignment.toml"
    head = "\n".join([f"due = {when}", 'timezone = "Europe/Berlin"', *lines])
    settings.write_text(f"{head}\n{settings.read_text()}")


def extend(course: DemoCourse, path: Path, *options: str, student: str = "alice") -> int:
    who = (str(path), student, "--assignment", "01_demo", "--course", str(course.root))
    return main(["extend", *who, "--reason", "ill", "--author", "Ada", *options])


@pytest.mark.parametrize(
    ("options", "value", "shown"),
    [
        (("--until", "2026-10-26"), "2026-10-26T23:59:59+01:00", "until 2026-10-26 23:59:59 (Europe/Berlin)"),
        # The clocks show this time twice: the second one counts.
        (("--until", "2026-10-25T02:30"), "2026-10-25T02:30:00+01:00", "until 2026-10-25 02:30"),
        (("--until", "2026-10-26T12:00Z"), "2026-10-26T13:00:00+01:00", "until 2026-10-26 13:00"),
        (("--days", "1"), "1 day", "1 day longer, until 2026-10-25 23:59 (Europe/Berlin)"),
        (("--withdraw",), "", "no extension any more"),
    ],
)
def test_an_extension(
    course: DemoCourse,
    path: Path,
    options: tuple[str, ...],
    value: str,
    shown: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    due(course)
    assert extend(course, path, *options) == 0
    assert f"alice, 01_demo: {shown}" in capsys.readouterr().out
    assert [(one.kind, one.value, one.reason) for one in stored(path)] == [(Kind.UNTIL, value, "ill")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--until", "24.10.2026"), "--until must be a date such as 2026-11-09"),
        (("--until", "2026-10-24T23:59"), "not later than 2026-10-24 23:59 (Europe/Berlin), when it is due"),
        (("--days", "1001"), "--days must be at most 1000"),
    ],
)
def test_a_wrong_extension_is_one_sentence_and_nothing_is_stored(
    course: DemoCourse,
    path: Path,
    options: tuple[str, ...],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    due(course)
    assert extend(course, path, *options) == 2
    assert words in capsys.readouterr().err
    assert stored(path) == []


def test_an_extension_before_anything_was_handed_in(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    due(course)
    path = tmp_path / "gradebook.db"
    with Gradebook(path, create=True):
        pass
    assert extend(course, path, "--days", "2", student="carol") == 2
    assert "no submission of that name" in capsys.readouterr().err
    assert extend(course, path, "--days", "2", "--before-submission", student="carol") == 0
    assert [one.value for one in stored(path, "carol")] == ["2 days"]


def test_an_extension_before_the_first_batch_makes_the_folder_of_the_gradebook(
    course: DemoCourse, tmp_path: Path
) -> None:
    due(course)
    assert extend(course, tmp_path / "grades", "--days", "2", "--before-submission", student="carol") == 0
    assert [one.value for one in stored(tmp_path / "grades" / "gradebook.db", "carol")] == ["2 days"]


def test_nothing_is_late_without_a_due_date(
    course: DemoCourse, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert extend(course, path, "--days", "2") == 2
    assert "this assignment has no setting 'due'" in capsys.readouterr().err
