"""Tables of our own hold no formula; those of others keep every byte."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.reports.csv_file import Table, is_formula, write

CELLS = st.text(st.sampled_from("a,;\"'=+-@ \n\rü\t"), max_size=6)


def values(table: Table) -> list[list[str]]:
    return [[cell.value for cell in row] for row in table.rows]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-x", "@SUM(A1)", " =1", "\t=1", "＝1", 'x;=cmd|" /C calc"!A0']
)
def test_no_cell_of_ours_is_a_formula(name: str) -> None:
    (row,) = csv.reader(io.StringIO(write([[name, -1.5]]), newline=""))
    assert row[1] == "-1.5"
    for separator in ",;\t":  # a spreadsheet may cut elsewhere than we do, and know of no quotes
        assert not any(
            cell.lstrip(' "')[:1] in ("=", "+", "-", "@", "＝") for cell in row[0].split(separator)
        )


def test_numbers_are_no_formulas() -> None:
    assert not any(map(is_formula, ["-1", "-0,5", "12.5", "", "Ada"]))
    assert is_formula("-1-1")


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_reads_what_the_standard_library_writes_and_keeps_every_byte(
    rows: list[list[str]], end: str, bom: bool
) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    data = ("\ufeff" if bom else "").encode() + file.getvalue().encode()
    table = Table(data, "x.csv")
    assert table.filled({}) == data
    if table.separator == ",":
        assert values(table) == rows


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=2, max_size=5), st.data())
def test_filling_a_cell_changes_that_cell_alone(rows: list[list[str]], data: st.DataObject) -> None:
    rows = [["id", *row] for row in rows]  # a first line that says what separates
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(
        [["a", "b", "c", "d"], *rows]
    )
    table = Table(file.getvalue().encode(), "x.csv")
    row = data.draw(st.integers(1, len(rows)))
    column = data.draw(st.integers(1, 6))
    value = data.draw(st.sampled_from(["8", "8,5", '8"5', ""]))
    expected = values(table)
    expected[row] += [""] * (column + 1 - len(expected[row]))
    expected[row][column] = value
    after = Table(table.filled({(row, column): value}), "x.csv")
    assert values(after) == expected
    assert after.filled({(row, column): value}) == table.filled({(row, column): value})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "x,"])
def test_line_ends_and_a_missing_last_one_stay(end: str, last: str) -> None:
    data = end.join(["Student,ID,Grade", '"Lovelace, Ada",1,"8.00"', "Bob,2,", last]).encode()
    table = Table(data, "x.csv")
    assert table.filled({}) == data
    filled = table.filled({(1, 2): "9", (2, 2): "7"})
    assert filled == end.join(["Student,ID,Grade", '"Lovelace, Ada",1,"9"', "Bob,2,7", last]).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe", "UTF-8"), (b'a,"b', "not closed"), (b'a,"b"c', "follows a closing quote")],
)
def test_what_is_no_csv_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Table(data, "x.csv")


def test_semicolons_are_recognised() -> None:
    table = Table(b"Student;ID;Note\nLovelace, Ada;1;0,5\n", "x.csv")
    assert values(table)[1] == ["Lovelace, Ada", "1", "0,5"]
    assert table.filled({(1, 2): "1,5"}).endswith(b";1,5\n")
