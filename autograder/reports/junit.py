"""JUnit XML: a suite for each submission, a case for each question.

There is no standard. What is written is what the schemas of Apache Ant (windyroad's ``JUnit.xsd``) and of
Jenkins have in common, so points stand in the properties of a suite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograder.reports.terminal import explanation, points, to_text
from autograder.reports.text import inert, one_line
from autograder.verdict import QuestionResult, Verdict

if TYPE_CHECKING:
    from autograder.grading.counted import Mark

_KINDS = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONCLUSIVE: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.NOT_ATTEMPTED: "skipped",
}


def text(marks: Sequence[Mark], *, student: bool = False) -> str:
    """The file; all text in it is clean, and none of it a command to a continuous integration.

    Args:
        marks: what counts.
        student: only what students may see of it.
    """
    if student:
        marks = [replace(mark, result=mark.result.for_student(), trouble="") for mark in marks]
    root = ET.Element("testsuites")
    for id, mark in enumerate(marks):
        _suite(root, id, mark)
    ET.indent(root)
    return inert(ET.tostring(root, encoding="unicode", xml_declaration=False)).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _suite(root: ET.Element, id: int, mark: Mark) -> None:
    counts = Counter(_KINDS.get(question.outcome.verdict, "") for question in mark.result.questions)
    started = datetime.fromisoformat(mark.started_at).astimezone(UTC)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_name(mark.submission),
        package=one_line(mark.result.assignment),
        id=str(id),
        hostname="localhost",  # whose machine it was is nobody's business
        timestamp=started.strftime("%Y-%m-%dT%H:%M:%S"),
        time=f"{mark.duration:.3f}",
        tests=str(len(mark.result.questions)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("score", points(mark.score)),
        ("max_score", points(mark.max_score)),
        ("isolation", one_line(mark.result.isolation)),
        *((f"points {one_line(q.id)}", _earned(q)) for q in mark.result.questions),
    ):
        ET.SubElement(properties, "property", name=name, value=value)
    for question in mark.result.questions:
        _case(suite, mark, question)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err").text = one_line(mark.trouble, limit=600)


def _case(suite: ET.Element, mark: Mark, question: QuestionResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        name=_name(f"{question.id} {question.title}"),
        classname=f"{one_line(mark.result.assignment)}.{_name(mark.submission)}",
        time="0",
    )
    outcome = question.outcome
    kind = _KINDS.get(outcome.verdict)
    if kind == "skipped":
        ET.SubElement(case, kind)
    elif kind is not None:
        found = ET.SubElement(
            case,
            kind,
            message=one_line(outcome.message, limit=600),
            type=one_line(outcome.code) or outcome.verdict.value,
        )
        found.text = to_text(explanation(question)).rstrip("\n")


def _name(text: str) -> str:
    """A name that is there, without space around it."""
    return one_line(text) or "(no name)"


def _earned(question: QuestionResult) -> str:
    return f"{points(question.points)} / {points(question.max_points)}"
