"""Foreign text is shown, never obeyed, and takes the columns it is said to take."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.text import clean, columns, fit, one_line, pad, wrap, wrap_code


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("over\rwritten", "over\nwritten"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066isolate\u2069 zero\u200bwidth", "isolate zerowidth"),
        ("\ud800 lone", "\ufffd lone"),
        ("a\tb", "a   b"),
    ],
)
def test_clean_removes_what_a_terminal_obeys(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@given(st.text(st.characters(codec=None)))
def test_clean_leaves_only_printable_characters_and_line_ends(text: str) -> None:
    shown = clean(text)
    assert all(character.isprintable() or character.isspace() for character in shown)
    assert not set(shown) & set("\x1b\r\t\x00\u2028\u2029\u202e")
    shown.encode("utf-8")


@given(st.text(), st.integers(1, 30))
def test_clean_is_capped(text: str, limit: int) -> None:
    assert len(clean(text, limit=limit)) <= limit


def test_clean_reads_only_the_beginning_of_a_huge_text() -> None:
    assert clean("x" * 10**7, limit=10) == "x" * 9 + "…"


def test_clean_cuts_heaps_of_combining_marks() -> None:
    assert len(clean("a" + "\u0301" * 500)) <= 5


def test_one_line_joins_lines() -> None:
    assert one_line(" a\n\n  b\tc ") == "a b c"


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("ﾊﾝ", 2), ("", 0), ("🙂", 2)]
)
def test_columns_are_those_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width


def test_fit_and_pad_respect_wide_characters() -> None:
    assert fit("漢字漢字", 5) == "漢字…"
    assert pad("漢字", 6) == "漢字  "
    assert pad("漢字", 6, right=True) == "  漢字"
    assert columns(pad("漢字漢字漢字", 6)) == 6


@given(st.text(st.characters(codec="utf-8")), st.integers(2, 30))
def test_wrapped_prose_fits_and_loses_no_word(text: str, width: int) -> None:
    text = clean(text)
    lines = wrap(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrapped_code_means_the_same() -> None:
    """Breaks stand after commas between brackets' items, never within a string."""
    code = f"x = f([{', '.join(f'{n}.5' for n in range(60))}], ['a, b, c', 'd, \\', e'])"
    lines = wrap_code(code, 40)
    assert len(lines) > 5
    assert all(columns(line) <= 40 for line in lines)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(code))


def test_code_that_cannot_be_broken_shows_that_it_is_cut() -> None:
    assert wrap_code("x" * 50, 20) == ["x" * 19 + "…"]


def test_a_comma_in_a_string_is_no_place_to_break() -> None:
    assert wrap_code("x = 'aaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb'", 24) == ["x = 'aaaaaaaaaaaaaaaaaa…"]
