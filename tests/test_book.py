"""From handing in late to what counts, as an instructor types it."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.cli import main
from autograder.dates import Due
from autograder.grading.adjustments import Adjustment, Kind
from autograder.grading.arrivals import Arrival, Source
from autograder.grading.gradebook import Gradebook
from autograder.grading.standings import standings
from autograder.policy import Rules
from autograder.reports import class_list
from autograder.reports.text import columns
from tests.demo import SOLVED, DemoCourse, write_notebook
from tests.grading.test_gradebook import entry

if TYPE_CHECKING:
    from autograder.verdict import AssignmentResult

SETTINGS = """
due = 2026-10-24T23:59:00
timezone = "Europe/Berlin"
late = {per_day = 10, at_most = 50, grace = 15}
"""


def grade(course: DemoCourse, folder: Path, *options: str) -> int:
    what = (str(folder), "--assignment", "01_demo", "--out", str(course.root / "out"))
    return main(
        ["grade", *what, "--course", str(course.root), "--isolation", "none", "--jobs", "1", *options]
    )


def show(course: DemoCourse, *options: str, gradebook: Path | None = None) -> int:
    return main(["show", str(gradebook or course.root / "out"), *options, "--course", str(course.root)])


def test_lateness_marks_and_extensions_survive_a_regrade(
    course: DemoCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course.folder / "assignment.toml"
    path.write_text(SETTINGS + path.read_text())
    folder = course.root / "handed-in"
    folder.mkdir()
    write_notebook(folder / "alice.ipynb", ["print('hello\\x1b[31m')", *SOLVED])
    write_notebook(folder / "bob.ipynb", SOLVED[:2])
    assert grade(course, folder) == 0
    assert "nobody knows when 2 of them were handed in" in capsys.readouterr().out
    times = course.root / "times.csv"
    times.write_text("id,handed_in\nalice,2026-10-26 03:00\nbob,2026-10-24 12:00\n")
    assert grade(course, folder, "--handed-in", str(times)) == 0
    out = capsys.readouterr().out
    assert "2 submissions graded, 2 of them before" in out
    assert "nobody knows" not in out
    assert grade(course, folder) == 0  # what was once said is known
    assert "nobody knows" not in capsys.readouterr().out

    assert show(course, "alice") == 0
    shown = capsys.readouterr().out
    assert (
        """How 01_demo counts:
  tests      7 of 7 points (attempt 1)
  due        2026-10-24 23:59 (Europe/Berlin)
  handed in  2026-10-26 03:00 (Europe/Berlin), from a list of times: 1 day 4 h
             late = 2 days
  lateness   10 % a day for 2 days: − 1.40
  counts     5.6 of 7
"""
        in shown
    )
    who = ("--assignment", "01_demo", "--reason", "see the mail", "--author", "Ada")
    book = str(course.root / "out")
    assert main(["mark", book, "alice", *who, "--question", "1.3", "--points", "0.5"]) == 0
    assert main(["extend", book, "alice", *who, "--days", "1", "--course", str(course.root)]) == 0
    tests = course.folder / "test_demo.py"
    tests.write_text(tests.read_text().replace("== 10", "== 11"))
    assert grade(course, folder, "--regrade") == 0
    assert grade(course, folder, "--take") == 0
    capsys.readouterr()
    assert show(course, "alice") == 0
    shown = capsys.readouterr().out
    assert (
        """How 01_demo counts:
  tests      6 of 7 points (attempt 3)
  by hand    1.3: 0.5 of 1 points instead of 1 (see the mail; Ada)
  together   5.5 points
  due        2026-10-24 23:59 (Europe/Berlin)
  extended   until 2026-10-25 23:59 (Europe/Berlin) (see the mail; Ada)
  handed in  2026-10-26 03:00 (Europe/Berlin), from a list of times: 3 h 1 min
             late = 1 day
  lateness   10 % a day for 1 day: − 0.55
  counts     4.95 of 7
"""
        in shown
    )
    assert show(course, "alice", "--student") == 0
    student = capsys.readouterr().out
    assert "counts     4.95 of 7" in student
    assert "see the mail" not in student
    assert "Ada" not in student

    assert show(course) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[2].split() == ["alice", "4.95*'", "70.71", "%"]
    assert table[3].split() == ["bob", "5", "71.43", "%"]
    table_file = course.root / "marks.csv"
    format = ("--format", "csv", "--out", str(table_file), "--course", str(course.root))
    assert main(["export", book, *format]) == 0
    assert "alice,01_demo,4.95,7" in table_file.read_text(encoding="utf-8-sig").replace(";", ",")
    capsys.readouterr()
    assert show(course, "alice", "--outputs") == 0
    assert "  [1]\n  hello\n" in capsys.readouterr().out
    assert show(course, "alice", "--history") == 0
    history = capsys.readouterr().out
    assert "01_demo, 1.3: 0.5 points; see the mail; Ada" in history
    assert re.search(
        r"^ +1  .* 01_demo  7 / 7  none  \d+\.\d s, [\d.]+ (MiB|KiB|bytes)$", history, re.MULTILINE
    )
    with Gradebook(course.root / "out" / "gradebook.db") as gradebook:
        stored = gradebook.latest("alice")[0]
    assert stored.conditions["seed"] == 0
    assert stored.conditions["limits"]["cell"] == 5.0


# The class

COURSE_SETTINGS = """[tool.autograder]
timezone = "Europe/Berlin"
"""


def filled(path: Path, students: int, assignments: int) -> Path:
    with Gradebook(path, create=True) as gradebook:
        for student in range(students):
            for assignment in range(assignments):
                if (student, assignment) != (1, 0):
                    gradebook.add(entry(f"student {student}", assignment=f"{assignment:02}_long_name"))
    return path


def test_the_class_fits_80_columns(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled(tmp_path / "g.db", 3, 6)
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry("x" * 200 + "漢字", assignment="00_long_name", points=None))
    assert show(course, gradebook=path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(columns, lines)) <= 80
    first, second = (number for number, line in enumerate(lines) if line.startswith("student  "))
    assert len(lines[first].split()) == 1 + 4 + 1
    assert len(lines[second].split()) == 1 + 2
    assert lines[second - 1] == ""
    (row,) = (line for line in lines[:second] if line.startswith("student 1 "))
    assert row.split() == ["student", "1", "–", "3.5", "3.5", "3.5", "58.33", "%"]
    (row,) = (line for line in lines[:second] if line.startswith("xxx"))
    assert row.split()[1:3] == ["?", "–"]
    assert "4 students" in lines
    assert any(line.startswith("? a person has to look") for line in lines)
    assert any(line.startswith("– nothing handed in") for line in lines)


def test_the_signs_of_the_class_list_are_explained(course: DemoCourse, tmp_path: Path) -> None:
    with Gradebook(tmp_path / "g.db", create=True) as gradebook:
        one = entry()
        gradebook.add(one)
        gradebook.arrivals.add(one.work, Arrival(datetime(2026, 11, 3, tzinfo=UTC), Source.LIST))
        gradebook.adjustments.add(
            Adjustment(
                student="alice",
                assignment="01_demo",
                question="1.2",
                kind=Kind.POINTS,
                value="3",
                reason="r",
                author="a",
            )
        )
        rules = {"01_demo": Rules(due=Due(datetime(2026, 11, 2, tzinfo=UTC), UTC))}
        shown = [line.text for line in class_list.lines(standings(gradebook, None, rules))]
    assert shown[2].split()[1] == "5*'"
    assert "* points by hand" in shown
    assert "' late" in shown


def test_names_are_whole_in_the_class_list_where_there_is_room(tmp_path: Path) -> None:
    """They are what ``show`` and ``mark`` have to be given."""
    name, assignment = "a_name_of_as_many_as_forty_five_characters___", "01_demonstration"
    assert len(name) == 45
    with Gradebook(tmp_path / "g.db", create=True) as gradebook:
        for student in (name, "x" * 100):
            result = replace(entry().result, submission=student, assignment=assignment)
            gradebook.add(replace(entry(), result=result))
        shown = [line.text for line in class_list.lines(standings(gradebook, None, {}))]
    assert any(line.startswith(f"{name} ") for line in shown)
    assert max(map(columns, shown)) <= 80
    with Gradebook(tmp_path / "h.db", create=True) as gradebook:
        gradebook.add(replace(entry(), result=replace(entry().result, assignment=assignment)))
        shown = [line.text for line in class_list.lines(standings(gradebook, None, {}))]
    assert f" {assignment} " in shown[0]


def test_what_students_may_see_holds_no_decisions(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = filled(tmp_path / "g.db", 1, 1)
    assert show(course, "student 0", "--student", "--history", gradebook=path) == 2
    assert "--history tells what students may not see" in capsys.readouterr().err


def test_an_empty_gradebook_has_no_students(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(course, gradebook=filled(tmp_path / "g.db", 0, 0)) == 0
    assert "0 students" in capsys.readouterr().out


def test_weights_are_shown_with_the_total(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = "[tool.autograder.weights]\n01_demo = 3\n"
    (course.root / "pyproject.toml").write_text(COURSE_SETTINGS + weights)
    path = tmp_path / "g.db"
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry("alice", points=0.0))
        gradebook.add(entry("bob", assignment="02_other"))
    assert show(course, "alice", gradebook=path) == 0
    assert (
        """Total:
  01_demo          2 of 5         weight 3
  02_other         – of 5        nothing handed in: counts 0  weight 0
  all       40.00 %  (weighted)
"""
        in capsys.readouterr().out
    )


def test_the_best_attempt_is_shown(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course.root / "pyproject.toml").write_text('[tool.autograder]\nattempts = "best"\n')
    path = tmp_path / "g.db"
    with Gradebook(path, create=True) as gradebook:
        gradebook.add(entry(points=3.0))
        gradebook.add(replace(entry(points=0.0), submission_sha256="ef" * 32))
    assert show(course, "alice", gradebook=path) == 0
    assert "tests      5 of 5 points (attempt 1, the best of 2)" in capsys.readouterr().out
    with Gradebook(path, create=True) as gradebook:  # the same work, graded again, is not another attempt
        gradebook.add(entry(points=1.0))
    assert show(course, "alice", gradebook=path) == 0
    assert "tests      3 of 5 points (attempt 3, the best of 2)" in capsys.readouterr().out


def test_a_clock_that_jumps_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the last that was stored, whatever time it was when that was done."""
    times = iter(datetime(2030 - 7 * year, 1, 1, tzinfo=UTC) for year in range(9))

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return next(times)

    monkeypatch.setattr("autograder.grading.adjustments.datetime", Jumping)
    with Gradebook(tmp_path / "g.db", create=True) as gradebook:
        for year, points in ((2030, 0.0), (2031, 1.0), (1999, 3.0)):
            gradebook.add(replace(entry(points=points), started_at=f"{year}-01-01T00:00:00+00:00"))
        mark = Adjustment(
            student="alice", assignment="01_demo", kind=Kind.POINTS, value="1", reason="r", author="a"
        )
        for value in ("4", "2", "3"):
            gradebook.adjustments.add(replace(mark, value=value))
        dates = [one.made_at for one in gradebook.adjustments.all()]
        assert dates == sorted(dates, reverse=True)
        assert [e.result.score for e in gradebook.latest("alice")] == [5]
        assert gradebook.current("01_demo")["alice"].result.score == 5
        (standing,) = standings(gradebook).students
    assert standing.counted["01_demo"].tested == 5
    assert standing.counted["01_demo"].points == 3


def test_a_batch_at_a_jumping_clock_is_the_same_batch(
    course: DemoCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver's clock goes back a year at each look, between two runs as well."""
    looks = 0

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            nonlocal looks
            looks += 1
            return datetime(2030, 1, 1, tzinfo=UTC) - timedelta(days=365 * looks)

    monkeypatch.setattr("autograder.batch.datetime", Jumping)
    folder = course.root / "handed-in"
    folder.mkdir()
    write_notebook(folder / "alice.ipynb", SOLVED[:2])
    assert grade(course, folder) == 0
    write_notebook(folder / "alice.ipynb", SOLVED)
    for _ in range(2):  # the second time it is known
        assert grade(course, folder) == 0
    with Gradebook(course.root / "out" / "gradebook.db") as gradebook:
        first, second = gradebook.history("alice")
        assert gradebook.current("01_demo")["alice"] == second
    assert first.started_at > second.started_at
    assert (first.result.score, second.result.score) == (5, 7)
    assert 0 < second.duration < 300
    file = json.loads((course.root / "out" / "results" / "alice.json").read_text())
    assert file["assignments"][0]["score"] == 7


@pytest.mark.slow
def test_ten_thousand_rows_are_listed_quickly(
    course: DemoCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import time

    path = tmp_path / "g.db"
    with Gradebook(path, create=True) as gradebook:
        for number in range(10_000):
            one = entry(f"student {number:05}")
            questions = tuple(
                replace(one.result.questions[0], id=f"{place // 5}.{place % 5}") for place in range(20)
            )
            result: AssignmentResult = replace(one.result, questions=questions)
            gradebook.add(replace(one, result=result))
            gradebook.arrivals.add(one.work, Arrival(datetime(2026, 11, 1, tzinfo=UTC), Source.LIST))
    started = time.process_time()
    assert show(course, gradebook=path) == 0
    assert time.process_time() - started < 10  # seconds of a processor; about 2 where it was written
    assert len(capsys.readouterr().out.splitlines()) == 10_000 + 4
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_regrade_leaves_the_page_of_the_class_and_says_who_was_not_judged(
    course: DemoCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, later = course.root / "handed-in", course.root / "later"
    folder.mkdir()
    write_notebook(folder / "alice.ipynb", SOLVED)
    assert grade(course, folder) == 0
    for place in (folder, later):
        (place / "zoe").mkdir(parents=True)
        write_notebook(place / "zoe" / "a.ipynb", SOLVED)
        write_notebook(place / "zoe" / "b.ipynb", SOLVED)
    assert grade(course, later) == 3
    (result,) = json.loads((course.root / "out" / "results" / "zoe.json").read_text())["assignments"]
    assert [q["id"] for q in result["questions"]] == ["1.1", "1.2", "1.3", "1.10"], "known from alice"
    assert grade(course, folder) == 3
    page = course.root / "out" / "index.html"
    before = page.read_text()
    assert "alice" in before
    assert "zoe" in before
    capsys.readouterr()
    assert grade(course, folder, "--regrade") == 3
    out = capsys.readouterr().out
    assert "\n2 submissions graded\n" in out
    assert "A person has to look at 1 of them: zoe" in out
    assert page.read_text() == before
