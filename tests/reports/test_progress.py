"""The rows that a person sees while a batch runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.reports.html import Row
from autograder.reports.progress import line_of, progress


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


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_bar_and_names_are_not_markup() -> None:
    import pty

    script = """
from autograder.reports.html import Row
from autograder.reports.progress import progress
from autograder.verdict import AssignmentResult
result = AssignmentResult(assignment="a", submission="[bold]bob[/bold]", isolation="none", questions=())
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
