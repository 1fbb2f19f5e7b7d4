"""Each assignment comes with enough solutions for `autograder verify` to ask its tests about."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.verify import solutions
from autograder.verify.equivalent import reasons
from autograder.verify.leaks import leaks
from autograder.verify.mutants import mutants
from autograder.verify.questions import builds_on

COURSE = Course(root=Path(__file__).parents[2])
NAMES = [a.name for a in COURSE.assignments() if a.reference_source.is_file()]


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_solutions_and_all_fit(name: str) -> None:
    assignment = COURSE.assignment(name)
    assert len(solutions.wrong(assignment, builds_on(assignment))) >= 40
    assert len(solutions.right(assignment)) >= 1 + 5


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_given_away(name: str) -> None:
    found, _ = leaks(COURSE.assignment(name))
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_equivalent_mutants_are_mutants(name: str) -> None:
    assignment = COURSE.assignment(name)
    reference = assignment.reference_source.read_text(encoding="utf-8")
    reasons(reference, mutants(reference), assignment.reference_directory / "equivalent.toml")
