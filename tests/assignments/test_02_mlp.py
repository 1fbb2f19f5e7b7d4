"""Assignment 02: what only its notebook promises."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course import load_assignment
from tests.assignments.test_notebooks import questions

ASSIGNMENT = load_assignment(Path(__file__).parents[2] / "assignments" / "02_mlp")
REFERENCE = ASSIGNMENT.reference_source.read_text(encoding="utf-8")


def test_the_notebook_says_what_a_question_builds_on() -> None:
    said: dict[str, set[str]] = {}
    for section in re.split(r"^# ### ", REFERENCE, flags=re.MULTILINE)[1:]:
        sentence = re.search(r"This question builds on (.*?\d)\.(\s|$)", re.sub(r"\n# ?", " ", section))
        said[section.split()[0]] = set(re.findall(r"\d\.\d+", sentence[1])) if sentence else set()
    for question, _ in questions(ASSIGNMENT.directory / "test_mlp.py"):
        assert set(question.needs) == said[question.id], question


def test_rings_of_notebook_and_tests_are_alike() -> None:
    """Both sides draw the same kind of points; only the seeds differ."""
    body = re.compile(r"labels = rng\.integers.*?points = np\.stack.*?\n", re.DOTALL)
    drawn = {
        re.sub(r"\s+", " ", body.search(text)[0])
        for text in (
            REFERENCE,
            (ASSIGNMENT.directory / "test_mlp.py").read_text(encoding="utf-8"),
        )
    }
    assert len(drawn) == 1
