"""From what left a test — nothing, a failed check, an exception — to an outcome, by whose fault it is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CheckFailed, InfrastructureError, StudentError, StudentStopped, UsageError
from autograder.verdict import PASSED, Outcome, Verdict, Where

if TYPE_CHECKING:
    from autograder.grading.session import Session

MAX_MESSAGE = 600
"""Characters of a message that are kept."""

_PACKAGE = Path(__file__).parents[1]
_NOT_YOUR_FAULT = "This is a fault of the grader, not yours: no points were taken, and a person has to look."


def judge(error: BaseException | None, session: Session | None = None, about: Sequence[str] = ()) -> Outcome:
    """The outcome of a test that ended with ``error`` (None: it returned).

    Args:
        error: what the test raised.
        session: the submission, to say why a name is missing.
        about: names of the notebook that the question is about, if the author says so.
    """
    match error:
        case None:
            return PASSED
        case CheckFailed():
            return _with_cause(error.outcome, session)
        case StudentError():
            return _student_error(error, session, about)
        case StudentStopped():
            return _error(error.code, str(error), error.where)
        case AssertionError() if not _is_ours(error):
            return Outcome(verdict=Verdict.FAIL, code="assertion", message=_assertion(error))
        case InfrastructureError() | UsageError():
            return grader_fault(str(error))
        case ValueError() if "truth value of an array" in str(error) and not _is_ours(error):
            return Outcome(
                verdict=Verdict.FAIL,
                code="value-shape",
                message="Your code gives an array of several numbers, where one number is expected.",
                expected="one number",
                got="an array",
            )
        case _:
            return grader_fault(f"the test raised {type(error).__name__}: {error}")


_BY_THE_ANSWER = (AttributeError, TypeError, ValueError, LookupError, ArithmeticError, RuntimeError)
"""What Python, numpy and torch raise where a value is not of the kind that it is taken for."""


def may_be_the_answers_fault(error: BaseException | None, course: Path) -> bool:
    """Whether a test that ended so may have stumbled over what the notebook's code gave.

    Args:
        error: what the test raised.
        course: folder in which the tests lie.
    """
    if not isinstance(error, _BY_THE_ANSWER) or isinstance(error, (NotImplementedError, RecursionError)):
        return False
    if isinstance(error, StudentError | StudentStopped | CheckFailed | InfrastructureError | UsageError):
        return False
    place, traceback = None, error.__traceback__
    while traceback is not None:  # the innermost line of the test or of this package
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(_PACKAGE):
            place = _PACKAGE
        elif file.is_relative_to(course / "assignments") or file.is_relative_to(course / "reference"):
            place = course
        traceback = traceback.tb_next
    return place == course


def unlike_the_reference(error: BaseException) -> Outcome:
    """A test that the reference passes raised ``error`` with this notebook."""
    reason = f"{type(error).__name__}: {error}".strip().rstrip(".")
    return Outcome(
        verdict=Verdict.FAIL,
        code="value-kind",
        message=_clip(
            f"Your code gives something of another kind than is asked for: the test ends with {reason}."
        ),
    )


def _is_ours(error: BaseException) -> bool:
    """Whether an exception comes from a line of this package, not of the test or a library it uses."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and Path(traceback.tb_frame.f_code.co_filename).is_relative_to(_PACKAGE)


def grader_fault(reason: str) -> Outcome:
    """Nobody knows whether the answer is right."""
    return Outcome(
        verdict=Verdict.INCONCLUSIVE,
        code="grader-fault",
        message=_clip(f"The question could not be judged: {reason.rstrip('.')}. {_NOT_YOUR_FAULT}"),
    )


def _with_cause(outcome: Outcome, session: Session | None) -> Outcome:
    """Where a name is not defined because its cell failed, what failed there."""
    undefined = re.search(r"NameError: name '(\w+)' is not defined", outcome.message[:MAX_MESSAGE])
    if outcome.code != "raised" or session is None or undefined is None:
        return outcome
    cause = session.why_missing(undefined[1])
    if cause is None or getattr(cause, "type", "") == "NotImplementedError":
        return outcome
    found = _missing_because(undefined[1], cause)
    return dataclasses.replace(outcome, code=found.code, message=found.message, where=found.where)


def _student_error(error: StudentError, session: Session | None, about: Sequence[str]) -> Outcome:
    if error.kind == "missing" and session is not None:
        return _missing(error, session)
    if error.type == "NotImplementedError":
        if session is not None and _stands_elsewhere(error.where, session, about):
            return _error(
                "unwritten", "Your code arrives at a place that is not written yet: see there.", error.where
            )
        return _not_attempted(error.where)
    if error.kind == "unusable":
        return Outcome(
            verdict=Verdict.FAIL,
            code="value-unreadable",
            message=_clip(f"Your code gives something that cannot be judged: {error.message}."),
            expected="a number, a text, an array or a collection of these",
            got=_clip(error.message),
            where=error.where,
        )
    if error.kind == "memory":
        return _error("memory", "Your code asked for more memory than it may use.", error.where)
    return _error("raised", f"Your code raised {error}", error.where)


def _missing(error: StudentError, session: Session) -> Outcome:
    name = getattr(error, "name", None)
    if not isinstance(name, str):  # an attribute of an object, not a name of the notebook
        return _error("missing", f"Your code raised {error}", error.where)
    cause = session.why_missing(name)
    if cause is None:
        return _error("missing", f"No cell of the notebook defines `{name}`.")
    return _missing_because(name, cause)


def _missing_because(name: str, cause: StudentError | StudentStopped) -> Outcome:
    if isinstance(cause, StudentStopped):
        return _error(
            cause.code, f"`{name}` does not exist, because its cell was ended. {cause}", cause.where
        )
    if cause.type == "NotImplementedError":
        return _not_attempted(cause.where)
    return _error(
        "cell-raised",
        f"`{name}` does not exist, because the cell that defines it raised {cause}",
        cause.where,
    )


def _stands_elsewhere(where: Where | None, session: Session, about: Sequence[str]) -> bool:
    """Whether a ``NotImplementedError`` comes from another cell than those that the question is about."""
    places = [place.cell for place in map(session.definition, about) if place is not None]
    return where is not None and bool(places) and where.cell not in places


def _not_attempted(where: Where | None) -> Outcome:
    return Outcome(
        verdict=Verdict.NOT_ATTEMPTED,
        code="not-attempted",
        message="Not attempted yet: `raise NotImplementedError` is still in its place.",
        where=where,
    )


def _error(code: str, message: str, where: Where | None = None) -> Outcome:
    return Outcome(verdict=Verdict.ERROR, code=code, message=_clip(message), where=where)


def _assertion(error: AssertionError) -> str:
    """The author's words if there are any, else the comparison that does not hold."""
    lines = [line.rstrip() for line in str(error).strip().splitlines()]
    if not lines:
        return "An expectation of the test does not hold."
    if lines[0].startswith("assert "):
        return _clip(f"The test expects `{lines[0].removeprefix('assert ')}`, and that does not hold.")
    return _clip(lines[0])


def _clip(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
