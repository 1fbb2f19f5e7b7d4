"""The README's table of the course tells the truth: all questions, and checks that their tests use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import check
from autograder.course import Course

ROOT = Path(__file__).parents[2]
COURSE = Course(root=ROOT)
ROWS = re.findall(r"^\| .* \| (0\d: .*?) \| (.*?) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
ASSIGNMENTS = {assignment.name[:2]: assignment for assignment in COURSE.assignments()}


def sources_of(number: str) -> str:
    assignment = ASSIGNMENTS[number]
    paths = [*sorted(assignment.directory.glob("test_*.py")), assignment.hidden_tests]
    return "\n".join(path.read_text("utf-8") for path in paths)


def parts(cell: str) -> dict[str, set[str]]:
    """``"01: 3.1, 3.2 · 02: 2.1"`` as questions by assignment."""
    return {part[:2]: set(part[3:].strip().split(", ")) for part in cell.split(" · ")}


@pytest.mark.parametrize("number", ASSIGNMENTS)
def test_every_question_has_its_place(number: str) -> None:
    listed = set().union(*(parts(cell).get(number, set()) for cell, _ in ROWS))
    assert listed == set(re.findall(r'@question\(\s*"([\d.]+)"', sources_of(number)))


@pytest.mark.parametrize(("cell", "checks"), ROWS, ids=lambda text: text[:20])
def test_the_checks_exist_and_are_used_there(cell: str, checks: str) -> None:
    sources = "\n".join(sources_of(number) for number in parts(cell))
    for name in re.findall(r"`check\.(\w+)`", checks):
        assert name in check.__all__
        assert f"check.{name}(" in sources
