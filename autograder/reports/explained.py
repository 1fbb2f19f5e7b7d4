"""The longer text of a verdict code, for a terminal."""

from __future__ import annotations

from autograder.explanations import explanation, explanations
from autograder.reports.text import one_line, wrap

_WIDTH = 78


def text(code: str) -> str:
    """What is printed for ``code``, in lines of at most 78 columns.

    Raises:
        UsageError: there is no such code.
    """
    found = explanation(code)
    heading = f"{one_line(code).partition(' ')[0].lower()}: {found.title}"
    lines = [*wrap(heading, _WIDTH), "", *wrap(found.meaning, _WIDTH)]
    if found.mistakes:
        lines += ["", "The usual causes:"]
        for mistake in found.mistakes:
            first, *others = wrap(mistake, _WIDTH - 4)
            lines += [f"  - {first}", *(f"    {line}" for line in others)]
    if found.example:
        lines += ["", "For example:", *(f"    {line}" for line in found.example.strip("\n").split("\n"))]
    return "\n".join([*lines, "", *wrap(f"In the course: {found.read}", _WIDTH)])


def listing() -> str:
    """All codes with their titles."""
    known = explanations()
    width = max(map(len, known))
    return "\n".join(f"{code:<{width}}  {found.title}" for code, found in known.items())
