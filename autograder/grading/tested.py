"""One graded test: the notebook as it has it, and what its outcome is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autograder.course import question_of
from autograder.grading.judge import grader_fault, judge, may_be_the_answers_fault, unlike_the_reference
from autograder.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.run import GradingRun
    from autograder.grading.score import TestRecord
    from autograder.grading.session import Session
    from autograder.student import Student


class StudentUnderTest:
    """The notebook under test: its names as attributes. The notebook runs on the first use."""

    def __init__(self, session: Session) -> None:
        self._autograder_session = session

    def __getattr__(self, name: str) -> Any:
        self._autograder_session.used.append(name)
        return getattr(self._autograder_session.student(), name)

    def __getitem__(self, name: str) -> Any:
        """A name of the notebook that Python cannot write after a dot, or that ``Student`` uses itself."""
        self._autograder_session.used.append(name)
        return self._autograder_session.student()[name]

    def __autograder_run__(self, function: Callable[..., object], /, *args: object) -> Any:
        """Run a function of a test beside the notebook; see ``Student.run``."""
        return self._autograder_session.student().run(function, *args)

    @property
    def __autograder_beside__(self) -> Student:
        """What stands for it in a function that runs there."""
        return self._autograder_session.student()


def excluded(item: pytest.Item, assignment: Assignment) -> tuple[str, ...]:
    """What the solution of a test's question may not use."""
    question = question_of(getattr(item, "function", None))
    return (*assignment.forbidden, *(question.forbidden if question else ()))


def outcome_of(
    item: pytest.Item,
    error: BaseException | None,
    record: TestRecord,
    assignment: Assignment,
    run: GradingRun,
) -> Outcome:
    """What a test says of its question.

    Args:
        item: the test, which has ended.
        error: what it raised.
        record: what is known of it.
        assignment: what it belongs to.
        run: the run that it is part of.
    """
    session = run.session(assignment)
    question = question_of(getattr(item, "function", None))
    about = question.about if question else ()
    outcome = judge(error, session, about)
    once_more = functools.partial(_once_more, item, assignment)
    if (
        error is not None
        and outcome.code == "grader-fault"
        and may_be_the_answers_fault(error, assignment.directory.parents[1])
        and run.reference_passes(assignment, once_more)
        and run.stumbles_again(error, once_more)
    ):
        outcome = unlike_the_reference(error)
    if outcome.passed:
        try:
            outcome = session.excluded_use(excluded(item, assignment), about) or outcome
        except Exception as trouble:  # noqa: BLE001 - a hook that raises would end the whole run
            outcome = grader_fault(f"its source could not be looked through: {type(trouble).__name__}")
    if outcome.verdict in ("fail", "error") and outcome.where is None and outcome.code != "unreadable":
        place = next(filter(None, map(session.definition, (*about, *session.used))), None)
        outcome = replace(outcome, where=place)
    if outcome.code == "unwritten" and run.waits(record):
        outcome = replace(outcome, verdict=Verdict.NOT_ATTEMPTED, code="not-attempted")
    return outcome


def _once_more(item: pytest.Item, assignment: Assignment, run: GradingRun) -> None:
    """Run a test with the notebook that ``run`` grades."""
    assert isinstance(item, pytest.Function)
    graded: dict[str, Any] = {"student": StudentUnderTest(run.session(assignment))}
    if "weights" in item.funcargs:
        graded["weights"] = run.weights(assignment)
    item.obj(**{name: graded.get(name, item.funcargs[name]) for name in item._fixtureinfo.argnames})  # noqa: SLF001 - as pytest calls it
