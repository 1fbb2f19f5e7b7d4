"""What ``autograder verify`` says at the end: a table for each assignment, what slipped, the two rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.reports.text import one_line
from autograder.verify.verification import Kind, Verification

if TYPE_CHECKING:
    from autograder.verdict import Json

FORMAT_VERSION = 1


def text(found: Sequence[Verification]) -> list[str]:
    """The lines to print."""
    lines: list[str] = []
    for verification in found:
        lines += ["", verification.assignment, *_table(verification)]
        lines += [
            f"  {slip.kind.value}: {one_line(slip.name)}: {one_line(slip.what, limit=320)}"
            for slip in verification.slips
        ]
    passes, wrong = _count(found, Kind.FALSE_PASS), sum(v.wrong for v in found)
    fails, right = _count(found, Kind.FALSE_FAIL), sum(v.right for v in found)
    return [
        *lines,
        "",
        f"false passes  {_rate(passes, wrong)} wrong solutions",
        f"false fails   {_rate(fails, right)} right solutions",
    ]


def to_json(found: Sequence[Verification]) -> Json:
    """The same as data; it holds no times, so the same course gives the same bytes."""
    return {
        "version": FORMAT_VERSION,
        "wrong_solutions": sum(v.wrong for v in found),
        "false_passes": _count(found, Kind.FALSE_PASS),
        "right_solutions": sum(v.right for v in found),
        "false_fails": _count(found, Kind.FALSE_FAIL),
        "assignments": [verification.to_json() for verification in found],
    }


def unjudged(found: Sequence[Verification]) -> bool:
    """Whether there is something that could not be judged."""
    return _count(found, Kind.NOT_JUDGED) > 0


def _count(found: Sequence[Verification], kind: Kind) -> int:
    return sum(len(verification.names(kind)) for verification in found)


def _table(found: Verification) -> list[str]:
    rows = [
        ("wrong solutions", f"{found.wrong}", Kind.FALSE_PASS, "false passes"),
        ("", "", Kind.WRONG_QUESTION, "rejected by a question that they do not name"),
        ("right solutions", f"{found.right}", Kind.FALSE_FAIL, "false fails"),
        ("skeleton", "1", Kind.SKELETON, "with points, or attempted"),
        (
            "gradings",
            f"{found.gradings}",
            Kind.NOT_REPEATABLE,
            "notebooks that are not graded the same every time",
        ),
        ("", "", Kind.NOT_JUDGED, "not judged"),
        ("secrets", f"{found.secrets}", Kind.LEAK, "files for students that hold one"),
    ]
    return [f"  {what:<16}{of:>5}   {len(found.names(kind)):>3} {label}" for what, of, kind, label in rows]


def _rate(number: int, of: int) -> str:
    return f"{number} / {of}" + (f" ({100 * number / of:.1f} %)" if of else "")
