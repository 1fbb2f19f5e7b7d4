"""One self-contained page for a batch: who got what, and why not.

No script, nothing fetched, and a content security policy that allows the page's own style and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from autograder.course import question_order
from autograder.reports.terminal import MARKS, STYLES, counts, points, score
from autograder.reports.text import clean, one_line
from autograder.verdict import AssignmentResult, QuestionResult, Verdict

_UNEXPLAINED = (Verdict.PASS, Verdict.NOT_ATTEMPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One submission on the page."""

    result: AssignmentResult
    trouble: str = ""
    known: bool = False
    """It had been graded before."""
    counts: bool = True
    """False where the outcome of a regrade waits to be taken."""
    seconds: float = 0.0
    """How long it took to grade."""


def page(title: str, rows: Sequence[Row]) -> str:
    """The page as HTML, rows in the order given."""
    folder = resources.files(__package__) / "templates"
    style = (folder / "style.css").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string((folder / "index.html").read_text(encoding="utf-8"))
    questions = _questions(rows)
    return template.render(
        title=one_line(title),
        style=Markup(style),  # noqa: S704 - a file of this package
        style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
        isolation=", ".join(sorted({one_line(row.result.isolation) for row in rows})) or "none",
        waiting=sum(row.result.inconclusive for row in rows),
        legend=[(MARKS[verdict], verdict.value, STYLES[verdict]) for verdict in Verdict],
        questions=[
            {
                "id": one_line(question.id),
                "title": one_line(question.title),
                "passed": sum(_passed(row.result, question.id) for row in rows),
            }
            for question in questions
        ],
        rows=[_row(row, questions) for row in rows],
    )


def _questions(rows: Sequence[Row]) -> list[QuestionResult]:
    """Each question that occurs, once, in the order of the notebook."""
    found = {question.id: question for row in rows for question in row.result.questions}
    return sorted(found.values(), key=lambda question: question_order(question.id))


def _passed(result: AssignmentResult, id: str) -> bool:
    return any(question.id == id and question.outcome.passed for question in result.questions)


def _row(row: Row, questions: Sequence[QuestionResult]) -> dict[str, Any]:
    own = {question.id: question for question in row.result.questions}
    return {
        "name": one_line(row.result.submission),
        "score": score(row.result),
        "counts": counts(row.result),
        "trouble": one_line(row.trouble, limit=600),
        "cells": [_cell(own.get(question.id)) for question in questions],
        "findings": [_finding(q) for q in row.result.questions if q.outcome.verdict not in _UNEXPLAINED],
    }


def _cell(question: QuestionResult | None) -> dict[str, str]:
    if question is None:
        return {"mark": "", "style": "", "verdict": "", "points": ""}
    verdict = question.outcome.verdict
    return {
        "mark": MARKS[verdict],
        "style": STYLES[verdict],
        "verdict": verdict.value,
        "points": f"{points(question.points)} / {points(question.max_points)}",
    }


def _finding(question: QuestionResult) -> dict[str, Any]:
    outcome = question.outcome
    where = outcome.where
    place = f"cell {where.cell}" + (f", line {where.line}" if where.line else "") if where else ""
    texts = (("With", outcome.example), ("expected", outcome.expected), ("got", outcome.got))
    return {
        **_cell(question),
        "id": one_line(question.id),
        "title": one_line(question.title),
        "message": clean(outcome.message),
        "place": place,
        "source": one_line(where.source) if where else "",
        "texts": [(name, clean(text)) for name, text in texts if text],
        "hint": one_line(outcome.hint, limit=400),
    }
