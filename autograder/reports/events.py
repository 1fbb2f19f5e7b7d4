"""A batch as one JSON object a line, for programs that follow it.

::

    {"event": "begin", "version": 1, "assignment": "01_autograd", "total": 400, ...}
    {"event": "submission", "submission": "alice", "score": 12.0, "verdicts": {"pass": 9, "fail": 1}, ...}
    {"event": "end", "finished": true, "submissions": 400, "not_judged": [], ...}
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from autograder.errors import UsageError
from autograder.verdict import QuestionResult, Verdict

if TYPE_CHECKING:
    from autograder.reports.html import Row
    from autograder.verdict import Json

VERSION = 1
"""Raised when a field changes its meaning."""


class Events:
    """Writes the lines.

    Whoever reads along may go away: nothing that is stored must be lost by it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._verdicts: Counter[str] = Counter()
        self._reached = 0

    def begin(self, *, assignment: str, total: int, isolation: str, hidden: bool) -> None:
        """The first line."""
        facts: dict[str, Json] = {"assignment": assignment, "total": total}
        self._write("begin", {"version": VERSION, **facts, "isolation": isolation, "hidden": hidden})

    def submission(self, row: Row) -> None:
        """One submission was reached."""
        result = row.result
        verdicts = _counted(result.questions)
        self._verdicts.update(verdicts)
        self._reached += 1
        fields: dict[str, Json] = {
            "submission": result.submission,
            "score": result.score,
            "max_score": result.max_score,
            "verdicts": verdicts,
            "inconclusive": result.inconclusive,
            "trouble": row.trouble,
            "known": row.known,
            "counts": row.counts,
            "seconds": round(row.seconds, 3),
        }
        self._write("submission", fields)

    def end(self, *, finished: bool, known: int, not_judged: Iterable[str], moves: list[Json]) -> None:
        """The last line."""
        fields: dict[str, Json] = {
            "finished": finished,
            "submissions": self._reached,
            "known": known,
            "verdicts": dict(self._verdicts),
            "not_judged": list(not_judged),
            "moves": moves,
        }
        self._write("end", fields)

    def _write(self, event: str, fields: Mapping[str, Json]) -> None:
        text = json.dumps({"event": event, **fields}, allow_nan=False)
        text = text.replace("##", "#\\u0023")  # GitHub and others take it for a command, anywhere in a line
        with suppress(OSError, ValueError):
            print(text, file=self._stream, flush=True)


def _counted(questions: Iterable[QuestionResult]) -> dict[str, int]:
    found = Counter(question.outcome.verdict for question in questions)
    return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}


@contextmanager
def stdout_for_events() -> Iterator[Events]:
    """Keep standard output for the lines: what else is printed, by any process, goes to standard error.

    Raises:
        UsageError: there is no standard output, or no standard error.
    """
    if sys.stdout is None or sys.stderr is None:
        raise UsageError("--json needs a standard output and a standard error that are not closed")
    sys.stdout.flush()
    kept = os.dup(1)
    with os.fdopen(os.dup(kept), "w", encoding="ascii") as stream:
        os.dup2(2, 1)
        try:
            yield Events(stream)
        finally:
            with suppress(OSError):
                sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
