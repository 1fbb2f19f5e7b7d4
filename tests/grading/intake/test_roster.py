"""Rosters as people save them, and who is found in them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grading.intake.layouts import Place, canvas, gradescope, moodle, plain
from autograder.grading.intake.roster import Member, Roster, read_roster

ROWS = [("s1", "Lovelace, Ada", {"canvas": "11"}), ("s2", "Máire Ó Neill", {}), ("s3", 'A "T" Turing', {})]


def fields(roster: Roster) -> list[tuple[str, str, dict[str, str]]]:
    return [(member.id, member.name, dict(member.own)) for member in roster.members]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "lines",
    [
        ["id,name,canvas", 's1,"Lovelace, Ada",11', "s2,Máire Ó Neill,", 's3,"A ""T"" Turing"'],
        ["ID;Name;E-Mail;CANVAS", "s1;Lovelace, Ada;a@b.c;11", "s2;Máire Ó Neill;;", 's3;"A ""T"" Turing";;'],
        ["sep=;", "name;canvas; Id ", "Lovelace, Ada;11;s1", "Máire Ó Neill;;s2", '"A ""T"" Turing";;s3'],
        ["id\tname\tcanvas", "s1\tLovelace, Ada\t11", "s2\tMáire Ó Neill\t", "", 's3\t"A ""T"" Turing"\t'],
        ["id,name,canvas", 's1,"Lovelace, Ada",11', ",,", "s2,Máire Ó Neill,", 's3,"A ""T"" Turing",', ",,"],
        [
            "id,name,canvas",
            's1,"Lovelace, Ada",11',
            's1,"Lovelace, Ada",11',
            "s2,Máire Ó Neill",
            's3,"A ""T"" Turing"',
        ],
    ],
)
def test_a_roster_as_people_save_it(tmp_path: Path, lines: list[str], end: str, encoding: str) -> None:
    (tmp_path / "r.csv").write_bytes(end.join([*lines, ""]).encode(encoding))
    assert fields(read_roster(tmp_path / "r.csv")) == ROWS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no column 'id'"),
        (b"name,mail\nAda,x\n", "no column 'id'"),
        (b"id,name\n,Ada\n", "line 2 of the roster has no id"),
        (b"id,name\ns1,Ada\ns1,Alan\n", "two students of the roster have the id s1: Ada and Alan"),
        (b"id,name\ns1,Ada\nS1,Alan\n", "two students of the roster have the id S1"),
        (b"id,canvas\ns1,11\ns2,11\n", "two students of the roster have the canvas id 11: s1 and s2"),
        ("id,name\ns1,José\n".encode("cp1252"), "not text in UTF-8"),
        ("id,name\ns1,José\n".encode("utf-16"), "not text in UTF-8"),
        (b'id,name\ns1,"Ada\n', "line 2 of the roster is no CSV"),
        (b"id,name\ns1," + b"x" * 200_000, "is no CSV"),
    ],
)
def test_a_roster_that_cannot_be_used(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "r.csv").write_bytes(data)
    with pytest.raises(UsageError, match=message):
        read_roster(tmp_path / "r.csv")


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "r.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot read the roster"):
            read_roster(path)


ROSTER = Roster(
    [
        Member("s1", "Ada King Lovelace", {"canvas": "11"}),
        Member("s2", "O'Neill, Máire", {}),
        Member("s3", "Alan Turing", {}),
        Member("s4", "Sam Lee", {}),
        Member("s5", "Lee, Sam", {}),
        Member("77", "", {}),
        Member("88", "Grace Hopper", {"moodle": "3001", "gradescope": "grace@example.edu"}),
    ]
)


def who(place: Place | None) -> str | None:
    assert place is not None
    (student,) = place.students
    member = ROSTER.by_id(student) or ROSTER.by_name(student)
    return member.id if member else None


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("somethingelse_11_501_a.ipynb", "s1"),
        ("lovelaceadaking_12_501_a.ipynb", None),  # Ada has another number
        ("oneillmáire_12_501_a.ipynb", "s2"),
        (unicodedata.normalize("NFD", "oneillmáire_LATE_12_501_a.ipynb"), "s2"),
        ("leesam_13_501_a.ipynb", None),  # there are two
        ("whoever_77_501_a.ipynb", "77"),  # the roster has the numbers of Canvas and no names
        ("whoever_88_501_a.ipynb", None),  # a number of Canvas that happens to be somebody's id
        ("hoppergrace_88_501_a.ipynb", "88"),
        ("nobody_14_501_a.ipynb", None),
    ],
)
def test_who_it_is_in_canvas(name: str, id: str | None) -> None:
    assert who(canvas(name)) == id


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Ada King Lovelace_2001_assignsubmission_file_/a.ipynb", "s1"),
        ("ALAN TURING_2001_assignsubmission_file_/a.ipynb", "s3"),
        ("Participant_3001_assignsubmission_file_/a.ipynb", "88"),
        ("Grace Hopper_3002_assignsubmission_file_/a.ipynb", None),  # Grace has another number
        ("Sam Lee_2001_assignsubmission_file_/a.ipynb", None),
        ("_2001_assignsubmission_file_/a.ipynb", None),
    ],
)
def test_who_it_is_in_moodle(name: str, id: str | None) -> None:
    assert who(moodle(name)) == id


def test_who_it_is_in_gradescope_and_in_a_folder() -> None:
    from autograder.grading.intake.layouts import Submitter

    people = [
        Submitter("X", "S3", ""),
        Submitter("X", "?", "GRACE@example.edu"),
        Submitter("alan turing", "", ""),
    ]
    layout = gradescope({f"submission_{n}": [person] for n, person in enumerate(people)})
    assert [who(layout(f"submission_{n}/a.ipynb")) for n in range(3)] == ["s3", "88", "s3"]
    assert [who(plain(f"{name}.ipynb")) for name in ("S2", "Turing Alan", "77", "x")] == [
        "s2",
        "s3",
        "77",
        None,
    ]
