"""Finds out what a strategy really keeps a student process from: one tries all that must be impossible.

What counts is what the grader sees of its own things wherever it can (a file changed, a server reached, a
process killed), and otherwise what the process gives back. A trial that fails by itself proves nothing, and a
probe that does not run at all neither.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograder.doctor.questions import QUESTIONS, Question
from autograder.doctor.subject import Answer, Subject, Unusable
from autograder.errors import InfrastructureError, StudentStopped, UsageError
from autograder.isolation.strategies import NAMES, strategy

if TYPE_CHECKING:
    from autograder.doctor.bait import Bait
    from autograder.isolation.fence import Fence
    from autograder.isolation.warm import Warm

CAPABILITIES = {
    "file_secrecy": "the grader's files cannot be read",
    "files_read_only": "nothing outside of its own folder can be changed",
    "no_network": "the network is out of reach",
    "processes_isolated": "other processes are out of reach",
    "memory_capped": "its memory is limited",
    "tree_kill": "nothing of it keeps running",
    "disk_capped": "what it writes is limited",
    "processes_capped": "its processes, threads and open files are limited",
    "environment_secret": "the grader's environment cannot be read",
}
"""What a strategy may promise of a notebook, as the rest of "it promises that"."""

REQUIRED = (
    *("file_secrecy", "files_read_only", "no_network", "processes_isolated", "memory_capped", "tree_kill"),
)
"""Without these, notebooks are not graded with hidden tests."""

Outcome = Literal["refused", "through", "impossible", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One thing that was tried."""

    name: str
    capability: str
    what: str
    """Goes on from "it tried to"."""
    outcome: Outcome
    """``"impossible"``: this machine has nothing to try it on; ``"unclear"``: the trial itself failed."""
    detail: tuple[str, ...] = ()
    """In which ways it got through, or why the trial says nothing."""

    def to_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return {
            "name": self.name,
            "capability": self.capability,
            "what": self.what,
            "outcome": self.outcome,
            "detail": list(self.detail),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was found out about one strategy."""

    strategy: str
    unavailable: str = ""
    """Why it cannot be used here; empty if it can."""
    trials: tuple[Trial, ...] = ()

    @property
    def available(self) -> bool:
        """Whether notebooks can be run by it."""
        return not self.unavailable

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it has been shown to promise: something of the kind was refused, and nothing got through."""
        return tuple(name for name in CAPABILITIES if self._holds(name))

    @property
    def missing(self) -> tuple[str, ...]:
        """What it does not promise."""
        return tuple(name for name in CAPABILITIES if not self._holds(name))

    @property
    def sufficient(self) -> bool:
        """Whether notebooks of strangers can be graded by it with hidden tests."""
        return self.available and all(map(self._holds, REQUIRED))

    def _holds(self, capability: str) -> bool:
        outcomes = {trial.outcome for trial in self.trials if trial.capability == capability}
        return self.available and "refused" in outcomes and not outcomes & {"through", "unclear"}

    def to_json(self) -> dict[str, Any]:
        """For ``json.dumps``."""
        return {
            "strategy": self.strategy,
            "available": self.available,
            "unavailable": self.unavailable,
            "sufficient": self.sufficient,
            "capabilities": {name: self._holds(name) for name in CAPABILITIES},
            "trials": [trial.to_json() for trial in self.trials],
        }


def probe_all(*, hidden: Sequence[Path] = ()) -> tuple[Probe, ...]:
    """Try every strategy, from the weakest to the strongest."""
    return tuple(probe_named(name, hidden=hidden) for name in NAMES)


def probe_named(name: str, *, hidden: Sequence[Path] = ()) -> Probe:
    """Try one of the strategies.

    Args:
        name: one of ``strategies.NAMES``.
        hidden: files and folders of the grader that it must not be able to read; need not exist.

    Raises:
        UsageError: something of ``hidden`` lies where the process must be able to read.
    """
    if sys.platform != "linux":
        if name == "none":  # nothing to try: nothing keeps it from anything
            return Probe(strategy=name)
        return Probe(strategy=name, unavailable="it needs Linux")
    with strategy(name, hidden=hidden) as warm:
        return probe(warm, hidden=hidden)


def probe(warm: Warm, *, hidden: Iterable[Path] = ()) -> Probe:
    """Try a strategy; arguments as ``probe_named``. Needs Linux."""
    from autograder.doctor.bait import Bait

    try:
        with Bait(hidden) as bait, Subject(warm) as student:
            trials = tuple(_try(question, bait, student, warm.fence) for question in QUESTIONS)
    except Unusable as unusable:
        return Probe(strategy=warm.name, unavailable=str(unusable))
    except (InfrastructureError, UsageError, OSError) as error:
        return Probe(strategy=warm.name, unavailable=f"it could not be tried: {error}")
    return Probe(strategy=warm.name, trials=trials)


def _try(question: Question, bait: Bait, student: Subject, fence: Fence) -> Trial:
    def found(outcome: Outcome, detail: Iterable[str] = ()) -> Trial:
        return Trial(
            name=question.name,
            capability=question.capability,
            what=question.what,
            outcome=outcome,
            detail=tuple(detail),
        )

    facts = question.facts(bait, fence)
    if isinstance(facts, str):
        return found("impossible", [facts])
    stopped = ""
    try:
        answer = student.attempt(question.name, facts, question.limits)
    except StudentStopped as error:
        stopped = f"the process was ended: {error.message}"
        if not (question.exhausting and error.code in ("memory", "died")):
            answer = Answer({}, {"all": stopped})
        else:
            answer = Answer({}, {})
    if question.afterwards:
        student.close()
    if through := question.judge(bait, answer):
        return found("through", through)
    if answer.unclear:
        return found("unclear", [f"{way}: {reason}" for way, reason in answer.unclear.items()])
    return found("refused", [stopped] if stopped else [])
