"""What GitHub shows of a run: a summary of the step, and annotations.

The summary is HTML in the file that ``$GITHUB_STEP_SUMMARY`` names, of which GitHub drops all if it has more
than 1 MiB. An annotation is a line of output that is a command; GitHub shows ten of a kind, so there are ten
at most, and all that a student wrote is escaped in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograder.reports.terminal import MARKS, counts, explanation, points, score
from autograder.reports.text import clean, inert, one_line
from autograder.verdict import AssignmentResult, QuestionResult, Verdict

MOST = 10
"""Annotations."""
_MAX_BYTES = 900_000
_KINDS = {Verdict.FAIL: "error", Verdict.ERROR: "error", Verdict.INCONCLUSIVE: "warning"}


def commands(results: Sequence[AssignmentResult], files: Sequence[str]) -> list[str]:
    """Lines to print: one for each question that was judged and did not pass, in the order of the notebook.

    Args:
        results: what came of the run.
        files: path of each result's notebook, from the root of the repository.
    """
    found = [
        (file, question)
        for result, file in zip(results, files, strict=True)
        for question in result.questions
        if question.outcome.verdict in _KINDS
    ]
    shown = found if len(found) <= MOST else found[: MOST - 1]
    lines = [_command(_KINDS[q.outcome.verdict], file, _title(q), _message(q)) for file, q in shown]
    if len(found) > len(shown):
        left = len(found) - len(shown)
        lines.append(_command("error", "", f"{left} more questions", "See the summary of this step."))
    return lines


def summary(results: Sequence[AssignmentResult]) -> str:
    """The summary: a table of all questions, and each explanation to be opened.

    It is HTML without blank lines, in which Markdown finds nothing to do.
    """
    parts = [part for result in results for part in _overview(result)]
    size = sum(len(part.encode()) for part in parts)
    for result in results:
        for question in result.questions:
            if question.outcome.verdict not in _KINDS:
                continue
            part = _details(question)
            size += len(part.encode())
            if size > _MAX_BYTES:
                return "".join([*parts, "<p>The other explanations are too long to be shown here.</p>\n\n"])
            parts.append(part)
    return "".join(parts)


def _overview(result: AssignmentResult) -> list[str]:
    name = f"{one_line(result.assignment, limit=60)} · {one_line(result.submission)}"
    rows = "".join(
        f"<tr><td>{MARKS[q.outcome.verdict]}</td><td>{_code(q.id)}</td><td>{_code(q.title)}</td>"
        f"<td>{q.outcome.verdict.value}</td><td>{points(q.points)} / {points(q.max_points)}</td></tr>\n"
        for q in result.questions
    )
    return [
        f"<h3>{_code(name)}</h3>\n<p><b>Score: {score(result)}</b> ({counts(result)})</p>\n",
        f"<table>\n<tr><th></th><th></th><th>question</th><th>verdict</th><th>points</th></tr>\n{rows}</table>\n\n",
    ]


def _details(question: QuestionResult) -> str:
    lines = [line.text for line in explanation(question, width=100) if line.text.strip()]
    text = "\n".join(escape(line) for line in lines)
    return f"<details><summary>{_code(_title(question))}</summary>\n<pre>{text}</pre>\n</details>\n\n"


def _title(question: QuestionResult) -> str:
    return f"{question.id} {question.outcome.verdict.value}: {question.title}"


def _message(question: QuestionResult) -> str:
    outcome = question.outcome
    place = f"cell {outcome.where.cell}" if outcome.where else ""
    line = f", line {outcome.where.line}" if outcome.where and outcome.where.line else ""
    values = [
        f"{name} {one_line(v)}" for name, v in (("expected", outcome.expected), ("got", outcome.got)) if v
    ]
    return "\n".join(filter(None, (clean(outcome.message, limit=600), place + line, *values)))


def _command(kind: str, file: str, title: str, message: str) -> str:
    properties = [("file", file)] if file else []
    properties.append(("title", one_line(title)))
    given = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{kind} {given}::{_data(message)}"


def _data(text: str) -> str:
    return inert(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")


def _code(text: str) -> str:
    """Text of others; within code GitHub makes no links of names and numbers."""
    return f"<code>{escape(inert(one_line(text)))}</code>"
