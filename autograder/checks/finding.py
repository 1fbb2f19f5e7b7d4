"""What a judge found wrong with one example, before it becomes an outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.verdict import Where

MOST_KEPT = 100_000
"""Numbers of a wrong answer that a diagnosis may see: it is kept for it with those to other examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection to one example. Two findings are equal when a student could not tell them apart."""

    code: str
    subject: str = ""
    """What was judged, in the student's words: ``x.grad``, ``the result``."""
    expected: str = ""
    got: str = ""
    detail: str = field(default="", compare=False)
    """An addition to the message of ``code``: type and text of an exception, which may say when or where."""
    hint: str = field(default="", compare=False)
    """Advice for this example."""
    where: Where | None = None
    error: float = field(default=float("inf"), compare=False)
    """Largest difference from the expected value; infinite where there is no value."""
    tolerance: float = field(default=0.0, compare=False)
    case: Any = field(default=None, compare=False, repr=False)
    """What a diagnosis needs to know about the example."""
