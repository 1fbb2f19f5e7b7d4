"""What a person reads at 80 columns."""

from __future__ import annotations

import pytest

from autograder.reports.terminal import Line, points, render, to_text
from autograder.reports.text import columns
from autograder.verdict import AssignmentResult, Where


def texts(result: AssignmentResult, width: int = 80) -> list[str]:
    return [line.text for line in render(result, width=width)]


def test_each_question_has_a_line_with_mark_word_and_points(mixed: AssignmentResult) -> None:
    lines = texts(mixed)
    assert lines[0] == "01_autograd · alice.ipynb"
    overview = lines[2:8]
    assert [line.split()[:2] for line in overview] == [
        ["✓", "1.1"],
        ["✗", "1.2"],
        ["!", "1.3"],
        ["?", "1.10"],
        ["–", "2.1"],
        ["·", "2.2"],
    ]
    assert [line.rsplit(maxsplit=3)[-3:] for line in overview][:4] == [
        ["2", "/", "2"],
        ["0", "/", "4"],
        ["0", "/", "2"],
        ["?", "/", "2"],
    ]
    assert all(
        word in line for word, line in zip(("pass", "fail", "error", "inconclusive"), overview, strict=False)
    )
    assert len({columns(line) for line in overview}) == 1, "points are aligned at the right"


def test_a_failure_says_what_where_with_which_input_expected_got_and_hint(mixed: AssignmentResult) -> None:
    text = "\n".join(texts(mixed))
    assert (
        """✗ 1.2 relu backward is the derivative of relu forward
    The gradient of `relu` is wrong; the forward pass is right.
    cell 14, line 6:  return upstream * (x > 0.5)
    With:
        x = np.array([[0.0625]])
        relu_backward(x, np.array([[1.0]]))
    expected   [[1.0]]
    got        [[0.0]]
    hint: For which inputs does relu have slope 1?
"""
        in text
    )


def test_the_total_is_unknown_while_a_person_has_to_look(mixed: AssignmentResult) -> None:
    lines = texts(mixed)
    assert any(line.startswith("Score: ? / 14") for line in lines)
    assert "A person has to look at 1.10: no points were taken." in lines
    assert lines[-1] == "next: 1.2 relu backward is the derivative of relu forward"


def test_full_marks_end_with_the_score(make_question, make_result) -> None:
    lines = render(make_result(make_question("1.1", "pass"), make_question("1.2", "pass", max_points=0.5)))
    assert lines[-1] == Line("Score: 2.5 / 2.5 (2 pass)", "good")
    assert not any("next" in line.text for line in lines)


def test_an_untouched_notebook_fits_on_one_screen(make_question, make_result) -> None:
    questions = [
        make_question(f"1.{n}", "not attempted", message="Not attempted yet", hint="a hint")
        for n in range(1, 16)
    ]
    lines = texts(make_result(*questions))
    assert len(lines) <= 22
    assert not any("hint" in line or "yet" in line for line in lines)
    assert lines[-1] == "next: 1.1 a title"


def test_one_cause_is_explained_once(make_question, make_result) -> None:
    where = Where(cell=3, line=1, source="def f(:")
    questions = [
        make_question(f"1.{n}", "error", message="Your code raised SyntaxError", where=where)
        for n in range(1, 30)
    ]
    lines = texts(make_result(*questions))
    assert sum("SyntaxError" in line for line in lines) == 1
    assert max(map(columns, lines)) <= 80


def test_questions_that_were_not_run_say_what_they_need(mixed: AssignmentResult) -> None:
    assert "– 2.1: Not judged, because it builds on 1.2." in texts(mixed)


def test_hints_are_left_out_where_several_questions_have_one_cause(make_question, make_result) -> None:
    questions = [make_question(f"1.{n}", "error", message="It ended.", hint=f"hint {n}") for n in (1, 2)]
    lines = texts(make_result(*questions))
    assert "! 1.1, 1.2" in lines
    assert not any("hint" in line for line in lines)


HOSTILE = "\x1b[2J\x1b]0;pwned\x07\u202e漢字" * 50 + "\n\r\t\x00" + "x" * 5000 + "\n" * 500 + "end"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_hostile_text_neither_controls_the_terminal_nor_floods_it(
    width: int, make_question, make_result
) -> None:
    question = make_question(
        "1.1",
        "fail",
        title=HOSTILE,
        message=HOSTILE,
        where=Where(cell=1, line=2, source=HOSTILE),
        example=HOSTILE,
        expected=HOSTILE,
        got=HOSTILE,
        hint=HOSTILE,
    )
    lines = texts(
        make_result(question, make_question("1.2", "pass", title=HOSTILE), submission=HOSTILE), width
    )
    assert all(columns(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)
    assert len(lines) < 120


def test_a_long_example_is_cut_and_says_so(make_question, make_result) -> None:
    example = "\n".join(f"x{n} = {n}" for n in range(100))
    lines = texts(make_result(make_question("1.1", "fail", message="wrong", example=example)))
    assert "        … (80 more lines)" in lines


def test_a_value_of_several_lines_keeps_its_shape(make_question, make_result) -> None:
    got = "[[1. 2.]\n [3. 4.]]"
    lines = texts(make_result(make_question("1.1", "fail", message="wrong", got=got)))
    position = lines.index("    got")
    assert lines[position + 1 : position + 3] == ["        [[1. 2.]", "         [3. 4.]]"]


def test_no_question_is_not_a_zero(make_result) -> None:
    assert texts(make_result())[-1] == "There was no question to judge."


def test_colour_only_if_asked_for(mixed: AssignmentResult) -> None:
    lines = render(mixed)
    assert "\x1b" not in to_text(lines)
    assert "\x1b[31m✗ 1.2" in to_text(lines, color=True)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "?"), (0.0, "0"), (10.0, "10"), (2.5, "2.5"), (1 / 3, "0.33"), (100, "100")]
)
def test_points_have_no_needless_digits(value: float | None, shown: str) -> None:
    assert points(value) == shown
