"""Finds out what a strategy really keeps a student process from: one tries all that must be impossible.

What counts is what the grader sees of its own things wherever it can (a file changed, a server reached, a
process killed), and otherwise what the process gives back. A trial that fails by itself proves nothing, and a
probe that does not run at all neither.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Any, Literal

from autograder.course import Limits
from autograder.errors import InfrastructureError, StudentError, StudentStopped, UsageError
from autograder.isolation.strategies import NAMES, strategy

if TYPE_CHECKING:
    from autograder.doctor.bait import Bait
    from autograder.isolation.fence import Fence
    from autograder.isolation.warm import Warm
    from autograder.student import StudentProcess

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

_MEMORY = 64 * 2**20
_BEYOND = _MEMORY + 384 * 2**20
"""More than any strategy lets a process have whose limit is ``_MEMORY``: the grader allows for pages that a
process shares with the warm one."""
_PROCESSES = 10

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
        with Bait(hidden) as bait, _Student(warm) as student:
            trials = tuple(_try(question, bait, student, warm.fence) for question in _QUESTIONS)
    except _Unusable as unusable:
        return Probe(strategy=warm.name, unavailable=str(unusable))
    except (InfrastructureError, UsageError, OSError) as error:
        return Probe(strategy=warm.name, unavailable=f"it could not be tried: {error}")
    return Probe(strategy=warm.name, trials=trials)


class _Unusable(Exception):  # noqa: N818 - says what it is
    """No notebook can be run by this strategy; one sentence."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the process says of one trial, way by way; see ``trials.attempt``."""

    got: dict[str, Any]
    unclear: dict[str, str]


class _Student:
    """The student process of a probe; another one takes its place when it has ended."""

    def __init__(self, warm: Warm) -> None:
        self._warm = warm
        self._process: StudentProcess | None = None
        self._limits = Limits()

    def __enter__(self) -> _Student:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, as at the end of a notebook."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def attempt(self, trial: str, facts: dict[str, Any], limits: Limits) -> _Answer:
        """Let it try something.

        Raises:
            StudentStopped: the grader, or the system, has ended it for that.
        """
        process = self._ready(limits)
        try:
            said = process.student.attempt(trial, facts)
        except StudentError as error:
            return _Answer({}, {"all": str(error)})
        if not isinstance(said, dict) or said.keys() != {"got", "refused", "unclear"}:
            return _Answer({}, {"all": "what came back is no answer"})
        return _Answer(said["got"], said["unclear"])

    def _ready(self, limits: Limits) -> StudentProcess:
        if self._process is not None and (limits != self._limits or not self._process.alive):
            self.close()
        if self._process is None:
            from autograder.student import StudentProcess

            self._limits = limits
            try:
                self._process = StudentProcess.spawn(isolation=self._warm, limits=limits)
            except InfrastructureError as error:
                raise _Unusable(str(error)) from None
            self._require_honest_work(self._process)
        return self._process

    def _require_honest_work(self, process: StudentProcess) -> None:
        try:
            outcome = process.execute(1, "from autograder.doctor.trials import attempt")
            if outcome.error is not None:
                raise _Unusable(f"an honest notebook could not work: {outcome.error}")
            said = process.student.attempt("control", {"token": secrets.token_hex(8)})
        except (StudentError, StudentStopped) as error:
            raise _Unusable(f"an honest notebook could not work: {error}") from None
        if said["refused"] or said["unclear"] or not all(said["got"].values()):
            raise _Unusable(f"an honest notebook could not work: {said['refused'] or said['unclear']}")


@dataclass(frozen=True, slots=True)
class _Question:
    """What to try, and how to know whether it got through."""

    name: str
    """Function of ``trials``."""
    capability: str
    what: str
    facts: Callable[[Bait, Fence], dict[str, Any] | str]
    """For the process; or why there is nothing to try here."""
    judge: Callable[[Bait, _Answer], list[str]]
    """In which ways it got through."""
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    exhausting: bool = False
    """Whether to be ended for it is the refusal."""
    outside: bool = False
    """Whether the grader's own things tell, whatever became of the process."""


def _try(question: _Question, bait: Bait, student: _Student, fence: Fence) -> Trial:
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
            answer = _Answer({}, {"all": stopped})
        else:
            answer = _Answer({}, {})
    if question.name == "daemon":
        through = _left_behind(student, facts["comm"])
    else:
        through = question.judge(bait, answer)
    if through:
        return found("through", through)
    if answer.unclear:
        return found("unclear", [f"{way}: {reason}" for way, reason in answer.unclear.items()])
    return found("refused", [stopped] if stopped else [])


def _left_behind(student: _Student, comm: str) -> list[str]:
    """Whether a process of that name is there after the end of the notebook; it is ended."""
    from autograder.doctor.bait import named

    student.close()
    left = named(comm)
    for pid in left:
        with suppress(OSError):
            os.kill(pid, SIGKILL)
    return ["a process in a session of its own is still there"] if left else []


def _got(_: Bait, answer: _Answer) -> list[str]:
    return [way for way, value in answer.got.items() if value not in (None, False, b"", 0)]


def _read_truly(bait: Bait, answer: _Answer) -> list[str]:
    true = [content for content in bait.contents.values() if content]
    return [way for way, value in answer.got.items() if value in true]


def _listed_truly(bait: Bait, answer: _Answer) -> list[str]:
    names = set().union(*bait.listings.values())
    found = []
    for way, value in answer.got.items():
        listed = value.decode("utf-8", "replace").split("\n") if isinstance(value, bytes) else value or []
        if names & set(listed):
            found.append(way)
    return found


def _seen(bait: Bait, answer: _Answer) -> list[str]:
    marks = (bait.token.encode(), f"\nPid:\t{bait.victim}\n".encode(), b"sleep")
    return [
        way
        for way, value in answer.got.items()
        if value is True or (isinstance(value, bytes) and any(mark in value for mark in marks))
    ]


def _variable_seen(bait: Bait, answer: _Answer) -> list[str]:
    own = Path("/proc/self/environ").read_bytes()
    return [
        way for way, value in answer.got.items() if value and (bait.token.encode() in value or value == own)
    ]


def _disk(_: Bait, fence: Fence) -> dict[str, Any] | str:
    wanted = fence.tmpfs_size + 2**26
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * wanted:
        return "the disk is nearly full already"
    return {"bytes": wanted, "token": "fill"}


_QUESTIONS = (
    _Question(
        "read",
        "file_secrecy",
        "read files of the grader",
        lambda bait, _: {"files": [*bait.contents], "grader": os.getpid()},
        _read_truly,
    ),
    _Question(
        "list_folders",
        "file_secrecy",
        "list folders of the grader",
        lambda bait, _: {"folders": [*bait.listings], "grader": os.getpid()},
        _listed_truly,
    ),
    _Question(
        "change",
        "files_read_only",
        "change a file of the grader",
        lambda bait, _: {"canary": str(bait.canary), "token": bait.token},
        lambda bait, _: bait.changed(),
    ),
    _Question(
        "create",
        "files_read_only",
        "leave files in other folders",
        lambda bait, _: {"places": bait.places, "name": bait.litter},
        lambda bait, _: bait.left(),
    ),
    _Question(
        "settings",
        "files_read_only",
        "change settings of the system",
        lambda bait, _: {"settings": bait.settings} if bait.settings else "the grader itself may not",
        _got,
    ),
    _Question(
        "see",
        "processes_isolated",
        "see a process of the grader",
        lambda bait, _: {"victim": bait.victim},
        _seen,
    ),
    _Question(
        "trace",
        "processes_isolated",
        "read the memory of a process of the grader",
        lambda bait, _: {"traced": bait.traced, "address": bait.address},
        _got,
    ),
    _Question(
        "restrict",
        "processes_isolated",
        "put limits on a process of the grader",
        lambda bait, _: {"limited": bait.limited},
        lambda bait, _: bait.limits_changed(),
    ),
    _Question(
        "strike",
        "processes_isolated",
        "kill processes of the grader",
        lambda bait, _: {"struck": bait.struck},
        lambda bait, answer: bait.killed(answer.got),
    ),
    _Question(
        "environment",
        "environment_secret",
        "find the grader's environment variables",
        lambda bait, _: {"variable": "AUTOGRADER_CANARY", "grader": os.getpid(), "victim": bait.victim},
        _variable_seen,
    ),
    _Question(
        "connect",
        "no_network",
        "reach servers on this machine",
        lambda bait, _: {"servers": bait.servers, "token": bait.token},
        lambda bait, _: bait.reached(),
    ),
    _Question("families", "no_network", "make sockets that lead outside", lambda *_: {}, _got),
    _Question(
        "open_files",
        "processes_capped",
        "open files without end",
        lambda _, fence: {"count": fence.open_files + 64},
        _got,
        exhausting=True,
    ),
    _Question(
        "inodes",
        "disk_capped",
        "make files without end",
        # a disk without a limit takes seconds for so many, and some are enough to see that there is none
        lambda _, fence: {"count": fence.tmpfs_inodes + 512 if fence.namespaces else 256, "token": "many"},
        _got,
        exhausting=True,
    ),
    _Question("files", "disk_capped", "fill the disk", _disk, _got, exhausting=True),
    _Question(
        "threads",
        "processes_capped",
        "start threads without end",
        lambda _, fence: {"count": fence.tasks + 256},
        _got,
        exhausting=True,
    ),
    _Question(
        "processes",
        "processes_capped",
        "start processes without end",
        lambda _, fence: {"threads": fence.tasks - 16, "processes": 32},
        _got,
        exhausting=True,
    ),
    _Question(
        "daemon",
        "tree_kill",
        "leave a process behind",
        lambda bait, _: {"comm": f"ag{bait.token[:12]}"},
        _got,
    ),
    _Question(
        "memory",
        "memory_capped",
        "use more memory than allowed",
        lambda *_: {"bytes": _BEYOND},
        _got,
        limits=Limits(memory=_MEMORY),
        exhausting=True,
    ),
    _Question(
        "memory_together",
        "memory_capped",
        "use more memory than allowed, in several processes",
        lambda *_: {"processes": _PROCESSES, "each": _BEYOND // _PROCESSES},
        _got,
        limits=Limits(memory=_MEMORY),
        exhausting=True,
    ),
)
