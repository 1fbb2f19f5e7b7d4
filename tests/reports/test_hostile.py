"""Text of a student is shown and never obeyed, in every medium, wherever it comes from."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import xmlschema

from autograder.checks.render import plain
from autograder.checks.weights import load_weights
from autograder.grading.counted import Mark
from autograder.grading.gradebook import Entry, Gradebook
from autograder.grading.intake.naming import Found, named
from autograder.grading.judge import judge
from autograder.notebook.read import parse
from autograder.reports import github, gradescope, junit, spreadsheet
from autograder.reports.csv_file import is_formula
from autograder.reports.html import Row, page
from autograder.reports.json_file import write_grade
from autograder.reports.progress import line_of
from autograder.reports.terminal import render, to_text
from autograder.reports.text import clean, one_line
from autograder.student.remote_error import student_error
from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict, Where

XSD = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))

HOSTILE = {
    "colours": "\x1b[31mred\x1b[0m and \x9b31m eight bits",
    "clears the screen": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;title\x07",
    "link": "\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZWNobw==\x07",
    "device control": "\x1bP+q544e\x1b\\ \x90x\x9c",
    "unfinished escape": "text \x1b[",
    "carriage return": "10 / 10 points\rx",
    "backspaces": "fail\b\b\b\bpass",
    "right to left": "\u202etxt.exe \u2066x\u2069 \u061c \u200f",
    "zero width": "a\u200bb\ufeffc\u2060d \U000e0041",
    "line separators": "a\u2028::error::b\u2029::error::c\x85::error::d\x0b::error::e\x0c::error::f",
    "surrogate": "a\ud800b",
    "surrogate of a file name": "\udcff\udcfe",
    "heaps of marks": "a" + "\u0301" * 300,
    "nul": "a\x00b",
    "script": "<script>alert(1)</script>",
    "image": "\"'><img src=x onerror=alert(1)>",
    "closing tags": "</pre></code></title></style></details>",
    "entity": "&lt;b&gt; &#x3c;script",
    "template": "{{ 7 * 7 }}{% raw %}${7*7}",
    "rich markup": "[red]x[/red] [link=file:///etc]y[/link]",
    "GitHub error": "::error file=x,line=1::forged",
    "GitHub output": "x\n::set-output name=grade::100",
    "GitHub, indented": "\n   ::add-mask::points\n\t::stop-commands::x",
    "GitHub, far into a line": "word " * 14 + "::error::forged ::error::forged " * 9,
    "GitHub, old": "text ##[error]forged ##[add-mask]a",
    "Azure and TeamCity": "x ##vso[task.setvariable variable=a]b ##teamcity[testFailed name='x']",
    "colons after a colour": "\x1b[31m::error::forged",
    "colons in pieces": ":\u200b:error::forged #\u200b#[error]x",
    "formula": '=HYPERLINK("https://example.org";"x")',
    "quotes": "\"; DROP TABLE attempts; --'\\",
    "path": "../../../etc/passwd",
    "long": "x" * 100_000,
    "long lines": "::error::y " * 20_000,
    "many lines": "::error::z\n" * 5_000,
}


def outcome(**fields: object) -> Outcome:
    return Outcome(verdict=Verdict.FAIL, code="values", **{"message": "It is wrong.", **fields})  # type: ignore[arg-type]


def raised(type: str, message: str) -> Outcome:
    """As it comes over the channel and through the judge."""
    try:
        message.encode()
        type.encode()
    except UnicodeEncodeError:  # no such text comes over the channel
        message, type = ascii(message), ascii(type)
    failure = {"type": type, "message": message, "kind": "exception", "cell": 1, "line": 1, "traceback": ""}
    return judge(student_error(failure, {1: ["x"]}))


def of_cell(source: str) -> Outcome:
    text = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": f"x = 1 #{source}"}]})
    line = parse(text.encode()).cells[0].source.split("\n")[0]
    return outcome(where=Where(cell=1, line=1, source=line))


PLACES: Mapping[str, Callable[[str], Outcome]] = {
    "message": lambda text: outcome(message=text),
    "expected": lambda text: outcome(expected=text),
    "got": lambda text: outcome(got=text),
    "counterexample": lambda text: outcome(example=f"f({text})"),
    "counterexample, rendered": lambda text: outcome(example=f"f({plain(text)})", got=plain([text])),
    "line of a cell": of_cell,
    "type of an exception": lambda text: raised(text, "x"),
    "message of an exception": lambda text: raised("ValueError", text),
    "comparison": lambda text: judge(AssertionError(f"assert {text!s} == 1")),
    "evidence": lambda text: outcome(evidence={"got": text, text[:50]: [text]}),
    "names of weights": lambda text: load_weights(None, {text: np.array(np.nan)}),
    "grader's fault": lambda text: judge(RuntimeError(text)),
}


def result_of(made: Outcome, name: str = "alice") -> AssignmentResult:
    question = QuestionResult(id="1.1", title="a title", points=0.0, max_points=2.0, outcome=made)
    if made.verdict is Verdict.INCONCLUSIVE:
        question = dataclasses.replace(question, points=None)
    return AssignmentResult(
        assignment="01", submission=name, isolation="none", questions=(question, question)
    )


def shown(text: str) -> None:
    """No character that is obeyed, and no line that a continuous integration obeys."""
    for character in text:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)


def in_terminal(result: AssignmentResult, trouble: str) -> None:
    for width in (40, 80, 200):
        lines = render(result, width=width)
        assert len(lines) < 120
        shown(to_text(lines))
        shown(re.sub(r"\x1b\[\d*m", "", to_text(lines, color=True)))
    shown(line_of(Row(result=result, trouble=trouble)).text)


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and the texts in and between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.texts = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.texts += "".join(value or "" for _, value in attrs)
        assert all((value or "").startswith("#s") for name, value in attrs if name in ("href", "src"))

    def handle_data(self, data: str) -> None:
        self.texts += data


def calm(result: AssignmentResult) -> AssignmentResult:
    """The same with harmless text wherever something is left of the text."""
    made = result.questions[0].outcome
    where = made.where and dataclasses.replace(made.where, source=one_line(made.where.source) and "x")
    texts = {name: getattr(made, name) and "x" for name in ("expected", "got", "example")}
    quiet = dataclasses.replace(made, where=where, message=clean(made.message) and "x", **texts)
    questions = [dataclasses.replace(question, outcome=quiet) for question in result.questions]
    return dataclasses.replace(result, questions=tuple(questions))


def on_terminal(rows: list[Row], _: Path) -> None:
    for row in rows:
        in_terminal(row.result, row.trouble)


def on_page(rows: list[Row], _: Path) -> None:
    """The same elements as for harmless text, and all of the text is text."""
    text = page("Title", rows)
    harmless = [Row(result=calm(row.result), trouble=one_line(row.trouble) and "x") for row in rows]
    assert Skeleton(text).elements == Skeleton(page("Title", harmless)).elements
    assert not any(
        unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in Skeleton(text).texts if c not in "\n\t"
    )
    assert "Content-Security-Policy" in text
    assert "'unsafe" not in text


def in_json(rows: list[Row], folder: Path) -> None:
    write_grade(folder / "grade.json", [row.result for row in rows])
    data = (folder / "grade.json").read_bytes().decode("utf-8")
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in data if c != "\n")
    assert not any(line.lstrip().startswith("::") for line in data.split("\n"))
    assert len(json.loads(data, parse_constant=pytest.fail)["assignments"]) == len(rows)


def in_gradebook(rows: list[Row], folder: Path) -> None:
    with Gradebook(folder / "gradebook.db", create=True) as book:
        for row in rows:
            entry = Entry(
                result=row.result,
                submission_sha256="",
                tests_sha256="",
                versions={},
                hidden=False,
                trouble=row.trouble,
                started_at="2026-01-01T00:00:00+00:00",
                duration=1.0,
            )
            book.add(entry)
        names = book.submissions()
        found = [entry for name in names for entry in book.history(name)]
    assert len(names) == 2
    assert len(found) == len(rows)
    for entry in found:
        json.dumps(entry.result.to_json(), ensure_ascii=False).encode()
    in_terminal(found[0].result, found[0].trouble)


def marks(rows: list[Row]) -> list[Mark]:
    return [
        Mark(
            submission=row.result.submission,
            score=row.result.score,
            max_score=row.result.max_score,
            result=row.result,
            trouble=row.trouble,
            started_at="2026-01-01T00:00:00+00:00",
            duration=1.0,
        )
        for row in rows
    ]


def in_table(rows: list[Row], _: Path) -> None:
    text = spreadsheet.text(marks(rows))
    shown(text.replace("\r\n", "\n").lstrip("\ufeff"))
    for line in csv.reader(io.StringIO(text, newline="")):
        assert len(line) == 6
        for cell in line:
            assert not is_formula(cell.lstrip("\ufeff"))


def in_junit(rows: list[Row], _: Path) -> None:
    text = junit.text(marks(rows))
    XSD.validate(text)
    shown(text)
    assert len(ET.fromstring(text)) == len(rows)


def in_gradescope(rows: list[Row], _: Path) -> None:
    for mark in marks(rows):
        text = gradescope.text(mark)
        if text is not None:
            data = json.loads(text, parse_constant=pytest.fail)
            texts = [str(test[key]) for test in data["tests"] for key in ("name", "number", "output")]
            for one in texts:
                shown(one)


def on_github(rows: list[Row], _: Path) -> None:
    results = [row.result for row in rows]
    files = [row.result.submission for row in rows]
    lines = github.commands(results, files)
    assert len(lines) == min(len(lines), github.MOST)
    for line in lines:
        assert re.match(r"::(error|warning) (file=[^,:]*,)?title=[^,:]*::", line)
        shown(line.removeprefix("::"))
    text = github.summary(results)
    assert len(text.encode()) < 2**20
    shown(text)
    harmless = github.summary([calm(result) for result in results])
    assert Skeleton(text).elements == Skeleton(harmless).elements
    for block in text.split("\n\n"):  # Markdown begins where HTML that began a block ends: at a blank line
        assert block == "" or block.startswith(("<h3>", "<table>", "<details>", "<p>"))


MEDIA: Mapping[str, Callable[[list[Row], Path], None]] = {
    "terminal": on_terminal,
    "page": on_page,
    "JSON": in_json,
    "gradebook": in_gradebook,
    "table": in_table,
    "JUnit": in_junit,
    "Gradescope": in_gradescope,
    "GitHub": on_github,
}


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_harmless_wherever_it_comes_from(hostile: str, medium: str, tmp_path: Path) -> None:
    text = HOSTILE[hostile]
    rows = [Row(result=result_of(make(text))) for make in PLACES.values()]
    MEDIA[medium]([*rows, Row(result=result_of(outcome(), name=text[:300]), trouble=text)], tmp_path)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_give_harmless_files(hostile: str, tmp_path: Path) -> None:
    name = HOSTILE[hostile][:200].replace("\ud800", "\udc80")  # as the system gives bytes that are no text
    (found,) = named([Found(f"{name}.ipynb", tmp_path)])
    assert re.fullmatch(r"[^\W][\w ,.()-]*", found.file_name)
    assert len(found.file_name.encode()) <= 120
    (tmp_path / found.file_name).touch()
    assert [path.name for path in tmp_path.iterdir()] == [found.file_name]
