"""What the tests of an assignment say about its questions, without grading anything."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from autograder.course import Question, question_of, question_order
from autograder.errors import UsageError
from autograder.verify.cells import asked_for

if TYPE_CHECKING:
    from autograder.course import Assignment


def questions(assignment: Assignment) -> Iterator[Question]:
    """What every test says about its question: public ones in file order, then hidden ones.

    Raises:
        UsageError: a test file cannot be imported.
    """
    for path in test_files(assignment):
        yield from filter(None, map(question_of, vars(_load(path)).values()))


def test_files(assignment: Assignment) -> list[Path]:
    """The files with the tests of an assignment: public ones, then the hidden one."""
    return [*sorted(assignment.directory.glob("test_*.py")), assignment.hidden_tests]


def names_asked_for(assignment: Assignment) -> frozenset[str]:
    """Names of the notebook that the tests ask for, as far as that can be seen in their sources."""
    return asked_for(path.read_text(encoding="utf-8") for path in test_files(assignment))


def builds_on(assignment: Assignment) -> dict[str, set[str]]:
    """For each question, all questions that it needs, directly or through others; in the notebook's order.

    Raises:
        UsageError: a test file cannot be imported.
    """
    needs: dict[str, set[str]] = {}
    for question in questions(assignment):
        needs.setdefault(question.id, set()).update(question.needs)

    def below(id: str, seen: frozenset[str]) -> set[str]:
        direct = needs.get(id, set()) - seen
        return direct.union(*(below(needed, seen | direct) for needed in direct))

    return {id: below(id, frozenset([id])) for id in sorted(needs, key=question_order)}


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_questions_of_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"cannot import the tests ({type(error).__name__}: {error}): {path}") from error
    return module
