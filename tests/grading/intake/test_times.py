"""When something was handed in: who says it, and on which clocks."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.errors import UsageError
from autograder.grading.arrivals import Source
from autograder.grading.intake.times import read_times
from autograder.grading.submissions import find
from tests.grading.intake.zips import make, notebook

BERLIN = ZoneInfo("Europe/Berlin")
METADATA = """submission_1:
  :submitters:
  - :name: Ada
    :sid: s1
  - :name: Alan
    :sid: s2
  :created_at: {at}
  :results:
    :tests:
    - :name: forged
      :created_at: 1999-01-01 00:00:00 Z
"""


def gradescope(tmp_path: Path, at: str) -> Path:
    members = {
        "submission_metadata.yml": METADATA.format(at=at).encode(),
        "submission_1/hw.ipynb": notebook("x"),
    }
    return make(tmp_path / "gradescope.zip", members)


@pytest.mark.parametrize(
    "at", ["2026-11-02 22:41:05.123456789 Z", "'2026-11-02T23:41:05+01:00'", "2026-11-02 23:41:05 +0100"]
)
def test_gradescope_says_when_for_each_of_those_who_handed_in(tmp_path: Path, at: str) -> None:
    with find(gradescope(tmp_path, at), file_times=True) as intake:
        assert [s.name for s in intake] == ["s1", "s2"]
        for submission in intake:
            assert submission.handed_in is not None
            assert submission.handed_in.at == datetime(2026, 11, 2, 22, 41, 5, tzinfo=UTC)
            assert submission.handed_in.source is Source.GRADESCOPE


@pytest.mark.parametrize("at", ["yesterday", "2026-11-02 22:41:05", "[2026]", "'" + "9" * 10_000 + "'"])
def test_a_time_that_says_nothing_is_none(tmp_path: Path, at: str) -> None:
    with find(gradescope(tmp_path, at)) as intake:
        assert [s.handed_in for s in intake] == [None, None]


def test_the_time_of_a_file_is_taken_only_if_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "alice.ipynb"
    file.write_bytes(notebook("x"))
    when = datetime(2026, 11, 2, 22, 41, 5, tzinfo=UTC)
    os.utime(file, (0, when.timestamp() + 0.7))
    with find(tmp_path) as intake:
        assert intake[0].handed_in is None
    with find(tmp_path, file_times=True) as intake:
        (submission,) = intake
    assert submission.handed_in is not None
    assert (submission.handed_in.at, submission.handed_in.source) == (when, Source.FILE)
    with find(tmp_path, file_times=True, times={"alice": when, "bob": when}) as intake:
        (submission,) = intake
        assert submission.handed_in is not None
        assert submission.handed_in.source is Source.LIST
        assert intake.notes == ["in the list of times, but not in this batch (1): bob"]


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "times.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_times(tmp_path: Path) -> None:
    text = "name;ID;Handed_In\nx;alice;2026-11-02 23:41\nx;bob.ipynb;2026-11-02T23:41:07Z\nx;carol;\n;;\n"
    assert read_times(listed(tmp_path, text), BERLIN) == {
        "alice": datetime(2026, 11, 2, 22, 41, tzinfo=UTC),
        "bob": datetime(2026, 11, 2, 23, 41, 7, tzinfo=UTC),
    }


def test_a_time_that_the_clocks_show_twice_is_the_first_one(tmp_path: Path) -> None:
    path = listed(tmp_path, "id,handed_in\nalice,2026-10-25 02:30\n")
    assert read_times(path, BERLIN) == {"alice": datetime(2026, 10, 25, 0, 30, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id\nalice\n", "the list of times has no column 'handed_in' in its first line"),
        ("id,handed_in\nalice,2.11.2026\n", "line 2 of the list of times has no time such as"),
        ("id,handed_in\n,2026-11-02\n", "line 2 of the list of times has no id"),
        ("id,handed_in\na,2026-11-02\na,2026-11-03\n", "line 3 of the list of times gives another time"),
    ],
)
def test_a_wrong_list_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_times(listed(tmp_path, text), BERLIN)


def test_a_time_of_which_nobody_knows_the_zone(tmp_path: Path) -> None:
    path = listed(tmp_path, "id,handed_in\nalice,2026-11-02 23:41\n")
    with pytest.raises(UsageError, match="line 2 of the list of times names no time zone: write"):
        read_times(path, None)
