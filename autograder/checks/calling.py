"""Calls of a student's code, with whatever it raises turned into one class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.finding import Finding
from autograder.errors import StudentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.verdict import Where


class Raised(StudentError):  # noqa: N818 - what happened, not an error of the grader
    """The student's code raised an exception on an input that it has to be right for."""

    def __init__(self, type: str, message: str, where: Where | None) -> None:
        super().__init__(type, message, where=where)

    def finding(self) -> Finding:
        """As an objection to the example that caused it. Different exception types are different mistakes."""
        detail = f"{self.type}: {self.message}" if self.message else self.type
        return Finding(code=f"raised {self.type}", detail=detail, where=self.where, error=float("inf"))


def ask(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a student's function.

    Raises:
        Raised: it raised.
        StudentError: it is not written yet or does not exist; that is for the caller of the check to say.
        NotImplementedError: it is not written yet (a function of this process).
        UsageError: the test cannot call it this way.
    """
    try:
        return function(*args, **kwargs)
    except (Raised, NotImplementedError, UsageError):
        raise
    except StudentError as error:
        if error.type == "NotImplementedError" or error.kind == "missing":
            raise
        raise Raised(error.type, error.message, error.where) from None
    except Exception as error:  # noqa: BLE001 - a student's code may raise anything
        raise Raised(type(error).__name__, str(error)[:2000], None) from None


def beside(thing: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as it runs where ``thing`` lives: here, or in the process that a handle points to."""
    run = getattr(thing, "__autograder_run__", None)
    return function if run is None else partial(run, function)


def ask_openly(function: Callable[..., Any], *args: Any) -> Any:
    """As ``ask``; what the function writes into an array shows in ``args``, wherever the function lives.

    A function of another process gets copies of the arrays, so its copies are brought back.
    """
    if not hasattr(function, "__autograder_run__"):
        return ask(function, *args)
    answer = ask(beside(function, call_openly), function, list(args))
    match answer:
        case [result, [*after]]:
            for mine, theirs in zip(args, after, strict=False):
                if (
                    isinstance(mine, np.ndarray)
                    and isinstance(theirs, np.ndarray)
                    and (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
                ):
                    mine[...] = theirs
            return result
    return answer


def call_openly(function: Any, args: Any) -> Any:
    """A call, and its arguments afterwards; its source runs in the student process."""
    return [function(*args), args]
