"""Marks go back into the very file that Canvas or Moodle exported, and nothing else of it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.cli import main
from tests.reports.book import result, write_gradebook

Export = Callable[..., tuple[int, str, bytes]]

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,"
    '"Autograd, part 1 (4711)",Autograd (47),Final Score\r\n'
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,20.00,20.00,(read only)\r\n"
    '"Lovelace, Ada",11,s1001,ada,"A ""early"" and B",,,50.00\r\n'
    '"=""=cmd|\' /C calc\'!A0""",12,s1002,evil,A,,"8.00",\r\n'
    '"O\'Brien, Zoë ""Z""",13,s1003,zoe@example.edu,A,,5.50,\r\n'
    '"Excused, Eve",14,s1004,eve,A,,EX,\r\n'
    '"Nobody, Ned",15,s1005,ned,A,,,\r\n'
    '"Student, Test",99,,,A,,,\r\n'
).encode()

MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,"
    "Grade,Maximum grade,Grade can be changed,Feedback comments\n"
    '"Participant 501","Ada Lovelace",ada@example.edu,"Submitted for grading - ",,20.00,Yes,"<p>fine</p>"\n'
    '"Participant 502","Alan Turing, OBE",alan@example.edu,"Submitted",12.00,20.00,Yes,\n'
    '"Participant 503",=1+1,evil@example.edu,"Submitted",,20.00,Yes,"two\nlines"\n'
    '"Participant 504","Lou Locked",lou@example.edu,"Submitted",7.00,20.00,No,\n'
    '"Participant 505","Ned Nobody",ned@example.edu,"No submission",,20.00,Yes,\n'
).encode()


@pytest.fixture
def export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Export:
    """Exit code, what was printed, and the file that was written."""

    def run(
        system: str, exported: bytes, scores: Mapping[str, float | None], *options: object
    ) -> tuple[int, str, bytes]:
        into, out = tmp_path / "exported.csv", tmp_path / "filled.csv"
        into.write_bytes(exported)
        book = write_gradebook(
            tmp_path / "grades" / "gradebook.db", *(result(n, s) for n, s in scores.items())
        )
        arguments = ["export", book.parent, "--format", system, "--into", into, "--out", out, *options]
        code = main(list(map(str, arguments)))
        printed = capsys.readouterr()
        assert into.read_bytes() == exported
        return code, printed.out + printed.err, out.read_bytes() if out.exists() else b""

    return run


def replaced(data: bytes, *pairs: tuple[str, str]) -> bytes:
    for before, after in pairs:
        assert data.count(before.encode()) == 1
        data = data.replace(before.encode(), after.encode())
    return data


def test_canvas_gets_our_column_filled_and_nothing_else_changed(export: Export) -> None:
    scores = {"s1001": 20.0, "s1002": 8.0, "zoe@example.edu": 12.375, "s1004": 3.0}
    code, said, data = export("canvas", CANVAS, scores, "--column", "Autograd")
    assert data == replaced(
        CANVAS,
        (',"A ""early"" and B",,,50.00', ',"A ""early"" and B",,20,50.00'),
        ("zoe@example.edu,A,,5.50,", "zoe@example.edu,A,,12.38,"),
    )
    assert code == 1, "the mark of somebody excused has no place there"
    assert "3 of 5 students have a mark in the column 'Autograd (47)': 1 new, 1 changed, 1 as before" in said
    assert "excused, not assigned or locked there, cell left as it was (1): s1004" in said
    assert "in exported.csv, but not graded (1): Nobody, Ned" in said
    assert "without opening it in a spreadsheet" in said
    assert "=cmd" in said


@pytest.mark.parametrize("column", ["Autograd, part 1 (4711)", "autograd, part 1", "4711"])
def test_a_column_of_canvas_has_a_title_and_a_number(export: Export, column: str) -> None:
    code, _, data = export("canvas", CANVAS, {"s1001": 20.0}, "--column", column)
    assert (code, data) == (0, replaced(CANVAS, ('early"" and B",,,', 'early"" and B",20,,')))


@pytest.mark.parametrize("column", ["Final Score", "Section", "Autogra", "autograd (48)"])
def test_no_other_column_is_taken(export: Export, column: str) -> None:
    code, said, data = export("canvas", CANVAS, {"s1001": 20.0}, "--column", column)
    assert (code, data) == (2, b"")
    assert "'Autograd, part 1 (4711)', 'Autograd (47)'" in said


def test_the_names_that_a_download_gives_are_found_by_number(export: Export) -> None:
    scores = {"lovelaceada_11": 1.0, "obrienzo_13": 2.0, "stranger_77": 3.0, "nobodyned_12": 4.0}
    code, said, data = export("canvas", CANVAS, scores, "--column", "47")
    assert code == 1
    assert "not found in exported.csv (1): stranger_77" in said
    assert data == replaced(
        CANVAS,
        ('B",,,50.00', 'B",,1,50.00'),
        ('"8.00"', '"4"'),
        ("zoe@example.edu,A,,5.50", "zoe@example.edu,A,,2"),
    ), "a number is what Canvas says, a name what anybody may say"


def test_a_roster_knows_who_is_who(export: Export, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id;name;canvas\n1;Ada Lovelace;11\n2;Ned Nobody;\n3;Zoe O'Brien;14\n11;Nobody Else;\n")
    scores = {"1": 1.0, "2": 2.0, "11": 5.0}
    code, said, data = export("canvas", CANVAS, scores, "--column", "47", "--roster", roster)
    assert data == replaced(CANVAS, ('B",,,50.00', 'B",,1,50.00'), ("s1005,ned,A,,,", "s1005,ned,A,,2,"))
    assert "found by name alone (1): 2 is Nobody, Ned" in said
    assert "not found in exported.csv (1): 11" in said, "an id of ours is no number of Canvas"
    assert code == 1


def test_two_submissions_for_one_student_fill_nothing(export: Export) -> None:
    code, said, data = export("canvas", CANVAS, {"s1001": 1.0, "ada": 2.0, "ned": 3.0}, "--column", "47")
    assert code == 1
    assert "several submissions for one student, cell left as it was (1): Lovelace, Ada (ada, s1001)" in said
    assert data == replaced(CANVAS, ("s1005,ned,A,,,", "s1005,ned,A,,3,"))


def test_a_name_never_takes_the_line_of_an_id(export: Export) -> None:
    code, said, data = export("canvas", CANVAS, {"s1001": 1.0, "Ada Lovelace": 20.0}, "--column", "47")
    assert code == 1
    assert "not found in exported.csv (1): Ada Lovelace" in said
    assert data == replaced(CANVAS, ('B",,,50.00', 'B",,1,50.00'))


def test_what_a_person_has_to_look_at_is_no_zero(export: Export) -> None:
    code, said, data = export("canvas", CANVAS, {"s1003": None, "s1001": 20.0}, "--column", "47")
    assert code == 3
    assert "a person has to look, cell left as it was (1): s1003" in said
    assert data == replaced(CANVAS, ('B",,,50.00', 'B",,20,50.00'))


def test_other_points_are_converted_only_on_demand(export: Export) -> None:
    exported = CANVAS.replace(b"20.00,20.00", b"100.00,100.00")
    code, said, data = export("canvas", exported, {"s1001": 15.0}, "--column", "47")
    assert (code, data) == (2, b"")
    assert "has 100 points, but 01_autograd has 20" in said
    code, _, data = export("canvas", exported, {"s1001": 15.0}, "--column", "47", "--scale")
    assert (code, data) == (0, replaced(exported, ('B",,,50.00', 'B",,75,50.00')))


def test_canvas_in_a_country_with_commas(export: Export) -> None:
    exported = (
        b"Student;ID;SIS Login ID;Section;Autograd (47)\n"
        b"    Points Possible;;;;20,00\nLovelace, Ada;11;ada;A;\n"
    )
    code, _, data = export("canvas", exported, {"ada": 7.5}, "--column", "47")
    assert (code, data) == (0, exported.replace(b";ada;A;", b";ada;A;7,5"))


def test_canvas_with_first_and_last_names(export: Export) -> None:
    exported = b"LastName,FirstName,ID,SIS Login ID,Section,Autograd (47)\r\nLovelace,Ada,11,x,A,\r\n"
    code, said, data = export("canvas", exported, {"ada lovelace": 7.5}, "--column", "47")
    assert (code, data) == (0, exported.replace(b"x,A,", b"x,A,7.5"))
    assert "found by name alone (1)" in said


def test_the_title_of_the_assignment_finds_the_column(export: Export, tmp_path: Path) -> None:
    folder = tmp_path / "course" / "assignments" / "01_autograd"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('title = "Autograd"\nnotebook = "x.ipynb"\n')
    code, _, data = export("canvas", CANVAS, {"s1001": 20.0}, "--course", tmp_path / "course")
    assert (code, data) == (0, replaced(CANVAS, ('B",,,50.00', 'B",,20,50.00')))


def test_a_worksheet_of_moodle(export: Export) -> None:
    scores = {"Ada Lovelace_501": 20.0, "alan@example.edu": 7.5, "x_503": 0.0, "Lou Locked": 9.0, "who": 1.0}
    code, said, data = export("moodle", MOODLE, scores)
    assert code == 1
    assert data == replaced(
        MOODLE,
        ('grading - ",,20.00', 'grading - ",20,20.00'),
        (",12.00,", ",7.5,"),
        ('evil@example.edu,"Submitted",,', 'evil@example.edu,"Submitted",0,'),
    )
    assert "locked there, cell left as it was (1): Lou Locked" in said
    assert "not found in exported.csv (1): who" in said
    assert "in exported.csv, but not graded (1): Ned Nobody" in said
    assert "would compute these names (1): =1+1" in said


def test_a_worksheet_in_another_language_needs_two_names(export: Export) -> None:
    exported = (
        'ID,Vollständiger Name,Bewertung,Bestwertung\nTeilnehmer/in 501,Ada Lovelace,"1,00","20,00"\n'
    ).encode()
    code, said, _ = export("moodle", exported, {"Ada_501": 7.5})
    assert code == 2
    assert "--match" in said
    code, _, data = export("moodle", exported, {"Ada_501": 7.5}, "--match", "ID", "--column", "Bewertung")
    assert (code, data) == (0, exported.replace(b'"1,00"', b'"7,5"'))


def test_the_gradebook_of_moodle(export: Export) -> None:
    exported = (
        b"First name,Last name,ID number,Email address,Assignment: Autograd (Real),Course total (Real)\n"
        b"Ada,Lovelace,501,ada@example.edu,-,-\n"
        b"Alan,Turing,502,alan@example.edu,-,-\n"
    )
    code, said, data = export("moodle", exported, {"Ada Lovelace_502": 7.5}, "--column", "Autograd")
    assert code == 0
    assert "found by name alone (1): Ada Lovelace_502 is Ada Lovelace" in said, (
        "502 is a number of another kind"
    )
    assert data == exported.replace(b"ada@example.edu,-,", b"ada@example.edu,7.5,")


@pytest.mark.parametrize(
    ("system", "data", "words"),
    [
        ("canvas", MOODLE, "no gradebook that Canvas exported"),
        ("moodle", CANVAS, "--match"),
        ("canvas", b"", "Canvas"),
    ],
)
def test_another_file_is_refused(export: Export, system: str, data: bytes, words: str) -> None:
    code, said, written = export(system, data, {"s1001": 1.0})
    assert (code, written) == (2, b"")
    assert words in said


def test_what_was_exported_is_never_overwritten(export: Export, tmp_path: Path) -> None:
    code, said, _ = export("canvas", CANVAS, {"s1001": 1.0}, "--out", tmp_path / "exported.csv")
    assert code == 2
    assert "keep the one that was exported" in said
