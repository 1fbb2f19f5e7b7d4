"""The rows that a person sees while a batch runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.reports.html import Row
from autograder.reports.progress import line_of, progress
from autograder.reports.tally import Tally


def test_a_row_says_name_score_counts_and_trouble(mixed) -> None:
    line = line_of(Row(result=mixed, trouble="One cell\nwas ended."))
    words = "1 pass, 1 fail, 1 error, 1 inconclusive, 1 skipped, 1 not attempted"
    assert " ".join(line.text.split()) == f"alice.ipynb ? / 14 {words} One cell was ended."
    assert line.style == "warn"


def test_without_a_terminal_there_are_plain_lines(
    mixed, make_result, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress(12) as report:
        report(Row(result=mixed))
        report(Row(result=make_result(submission="[bold]evil[/bold]\x1b[2J\nsecond line")))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("[ 1/12]  alice.ipynb ")
    assert second.startswith("[ 2/12]  [bold]evil[/bold] second li")
    assert "\x1b" not in first + second


def test_a_log_says_now_and_then_how_far_it_is(
    mixed, make_result, make_question, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 1000.0
    with progress(10, clock=lambda: now) as report:
        report(Row(result=mixed, known=True))
        now += 30
        report(Row(result=mixed))
        now += 30
        report(Row(result=make_result(make_question("1.1", "pass"))))
        now += 1
        report(Row(result=mixed))
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("so far: ") for line in lines] == [False, False, False, True, False]
    # Two of three were graded in this minute; seven are left.
    assert lines[3] == (
        "so far: 3 pass, 2 fail, 2 error, 2 inconclusive, 2 skipped, 2 not attempted; 2.0/min, 3:30 left"
    )


def test_a_log_of_what_was_known_names_no_rate(mixed, capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    with progress(3, clock=lambda: now) as report:
        now += 100
        report(Row(result=mixed, known=True))
    assert capsys.readouterr().out.splitlines()[1].endswith("; all graded before")


@pytest.mark.parametrize(
    ("seconds", "speed"),
    [(60, "1.0/min, 9:00 left"), (2, "30/min, 0:18 left"), (3600, "0.0/min, 9:00:00 left"), (0, "")],
)
def test_rate_and_time_left(mixed, seconds: float, speed: str) -> None:
    now = 0.0
    tally = Tally(10, lambda: now)
    tally.add(Row(result=mixed))
    now += seconds
    assert tally.speed == speed


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_are_bar_counts_and_rate_and_names_are_not_markup() -> None:
    import pty

    script = """
from autograder.reports.html import Row
from autograder.reports.progress import progress
from autograder.verdict import AssignmentResult
from autograder.verdict import PASSED, QuestionResult
question = QuestionResult(id="1", title="t", points=1.0, max_points=1.0, outcome=PASSED)
result = AssignmentResult(
    assignment="a", submission="[bold]bob[/bold]", isolation="none", questions=(question, question)
)
with progress(2) as report:
    report(Row(result=result))
"""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        output = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not chunk:
                break
            output += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"[bold]bob[/bold]" in output
    assert b"1/2" in output
    assert b"2 pass" in output
    assert b"/min, 0:0" in output
