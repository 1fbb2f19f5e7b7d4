"""What GitHub shows: ten annotations at most, and a summary that is not too large for it."""

from __future__ import annotations

from html.parser import HTMLParser

from autograder.reports.github import MOST, commands, summary
from autograder.verdict import AssignmentResult, Where


def test_a_question_that_is_wrong_is_one_annotation(mixed: AssignmentResult) -> None:
    lines = commands([mixed], ["assignments/01_autograd/autograd.ipynb"])
    file = "file=assignments/01_autograd/autograd.ipynb"
    assert [line.split("::")[1] for line in lines] == [
        f"error {file},title=1.2 fail%3A relu backward is the derivative of relu forward",
        f"error {file},title=1.3 error%3A tanh",
        f"warning {file},title=1.10 inconclusive%3A a loss",
    ]
    assert lines[0].split("::")[2] == (
        "The gradient of `relu` is wrong; the forward pass is right.%0Acell 14, line 6%0A"
        "expected [[1.0]]%0Agot [[0.0]]"
    )


def test_there_are_ten_at_most(make_question, make_result) -> None:
    ten = [make_question(f"1.{n}", "fail", message="x") for n in range(1, 11)]
    assert len(commands([make_result(*ten)], ["a.ipynb"])) == MOST
    lines = commands([make_result(*ten[:6]), make_result(*ten[6:], *ten[:1])], ["a.ipynb", "b.ipynb"])
    assert len(lines) == MOST
    assert lines[-1] == "::error title=2 more questions::See the summary of this step."


def test_percent_signs_and_separators_are_escaped(make_question, make_result) -> None:
    question = make_question("1.1", "fail", title="50 %, a:b", message="100 %\nof a, b: c")
    (line,) = commands([make_result(question)], ["odd, name:1.ipynb"])
    assert line == (
        "::error file=odd%2C name%3A1.ipynb,title=1.1 fail%3A 50 %25%2C a%3Ab::100 %25%0Aof a, b: c"
    )


def test_the_summary_has_every_question_and_each_explanation(mixed: AssignmentResult) -> None:
    class Reader(HTMLParser):
        text = ""
        rows = details = 0

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.rows += tag == "tr"
            self.details += tag == "details"

        def handle_data(self, data: str) -> None:
            self.text += data

    reader = Reader()
    reader.feed(summary([mixed]))
    assert (reader.rows, reader.details) == (1 + 6, 3)
    for part in (
        "Score: ? / 14",
        "2.2",
        "relu_backward(x, np.array([[1.0]]))",
        "cell 14, line 6",
        "hint: For which",
    ):
        assert part in reader.text


def test_a_summary_is_never_so_large_that_github_drops_it(make_question, make_result) -> None:
    where = Where(cell=1, line=1, source="<" * 2000)
    huge = [
        make_question(f"1.{n}", "fail", message="<&" * 5000, example="\n".join(["<" * 99] * 30), where=where)
        for n in range(500)
    ]
    text = summary([make_result(*huge)])
    assert 500_000 < len(text.encode()) < 2**20
    assert "too long to be shown" in text
