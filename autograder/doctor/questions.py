"""What a probe tries, and how the grader tells whether it got through."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Limits

if TYPE_CHECKING:
    from autograder.doctor.bait import Bait
    from autograder.doctor.subject import Answer
    from autograder.isolation.fence import Fence

_MEMORY = 64 * 2**20
_BEYOND = _MEMORY + 384 * 2**20
"""More than any strategy lets a process have whose limit is ``_MEMORY``: the grader allows for pages that a
process shares with the warm one."""
_PROCESSES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What to try, and how to know whether it got through."""

    name: str
    """Function of ``reach`` or ``exhaustion``."""
    capability: str
    what: str
    facts: Callable[[Bait, Fence], dict[str, Any] | str]
    """For the process; or why there is nothing to try here."""
    judge: Callable[[Bait, Answer], list[str]]
    """In which ways it got through."""
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    exhausting: bool = False
    """Whether to be ended for it is the refusal."""
    afterwards: bool = False
    """Whether that is seen when the notebook has ended."""


def _got(_: Bait, answer: Answer) -> list[str]:
    return [way for way, value in answer.got.items() if value not in (None, False, b"", 0)]


def _read_truly(bait: Bait, answer: Answer) -> list[str]:
    true = [content for content in bait.contents.values() if content]
    return [way for way, value in answer.got.items() if value in true]


def _listed_truly(bait: Bait, answer: Answer) -> list[str]:
    names = set().union(*bait.listings.values())
    found = []
    for way, value in answer.got.items():
        listed = value.decode("utf-8", "replace").split("\n") if isinstance(value, bytes) else value or []
        if names & set(listed):
            found.append(way)
    return found


def _seen(bait: Bait, answer: Answer) -> list[str]:
    marks = (bait.token.encode(), f"\nPid:\t{bait.victim}\n".encode(), b"sleep")
    return [
        way
        for way, value in answer.got.items()
        if value is True or (isinstance(value, bytes) and any(mark in value for mark in marks))
    ]


def _variable_seen(bait: Bait, answer: Answer) -> list[str]:
    own = Path("/proc/self/environ").read_bytes()
    return [
        way for way, value in answer.got.items() if value and (bait.token.encode() in value or value == own)
    ]


def _disk(_: Bait, fence: Fence) -> dict[str, Any] | str:
    wanted = fence.tmpfs_size + 2**26
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * wanted:
        return "the disk is nearly full already"
    return {"bytes": wanted, "token": "fill"}


QUESTIONS = (
    Question(
        "read",
        "file_secrecy",
        "read files of the grader",
        lambda bait, _: {"files": [*bait.contents], "grader": os.getpid()},
        _read_truly,
    ),
    Question(
        "list_folders",
        "file_secrecy",
        "list folders of the grader",
        lambda bait, _: {"folders": [*bait.listings], "grader": os.getpid()},
        _listed_truly,
    ),
    Question(
        "change",
        "files_read_only",
        "change a file of the grader",
        lambda bait, _: {"canary": str(bait.canary), "token": bait.token},
        lambda bait, _: bait.changed(),
    ),
    Question(
        "create",
        "files_read_only",
        "leave files in other folders",
        lambda bait, _: {"places": bait.places, "name": bait.litter},
        lambda bait, _: bait.left(),
    ),
    Question(
        "settings",
        "files_read_only",
        "change settings of the system",
        lambda bait, _: {"settings": bait.settings} if bait.settings else "the grader itself may not",
        _got,
    ),
    Question(
        "see",
        "processes_isolated",
        "see a process of the grader",
        lambda bait, _: {"victim": bait.victim},
        _seen,
    ),
    Question(
        "trace",
        "processes_isolated",
        "read the memory of a process of the grader",
        lambda bait, _: {"traced": bait.traced, "address": bait.address},
        _got,
    ),
    Question(
        "restrict",
        "processes_isolated",
        "put limits on a process of the grader",
        lambda bait, _: {"limited": bait.limited},
        lambda bait, _: bait.limits_changed(),
    ),
    Question(
        "strike",
        "processes_isolated",
        "kill processes of the grader",
        lambda bait, _: {"struck": bait.struck},
        lambda bait, answer: bait.killed(answer.got),
    ),
    Question(
        "environment",
        "environment_secret",
        "find the grader's environment variables",
        lambda bait, _: {"variable": "AUTOGRADER_CANARY", "grader": os.getpid(), "victim": bait.victim},
        _variable_seen,
    ),
    Question(
        "connect",
        "no_network",
        "reach servers on this machine",
        lambda bait, _: {"servers": bait.servers, "token": bait.token},
        lambda bait, _: bait.reached(),
    ),
    Question("families", "no_network", "make sockets that lead outside", lambda *_: {}, _got),
    Question(
        "open_files",
        "processes_capped",
        "open files without end",
        lambda _, fence: {"count": fence.open_files + 64},
        _got,
        exhausting=True,
    ),
    Question(
        "inodes",
        "disk_capped",
        "make files without end",
        # a disk without a limit takes seconds for so many, and some are enough to see that there is none
        lambda _, fence: {"count": fence.tmpfs_inodes + 512 if fence.namespaces else 256, "token": "many"},
        _got,
        exhausting=True,
    ),
    Question("files", "disk_capped", "fill the disk", _disk, _got, exhausting=True),
    Question(
        "threads",
        "processes_capped",
        "start threads without end",
        lambda _, fence: {"count": fence.tasks + 256},
        _got,
        exhausting=True,
    ),
    Question(
        "processes",
        "processes_capped",
        "start processes without end",
        lambda _, fence: {"threads": fence.tasks - 16, "processes": 32},
        _got,
        exhausting=True,
    ),
    Question(
        "daemon",
        "tree_kill",
        "leave a process behind",
        lambda bait, _: {"comm": bait.daemon},
        lambda bait, _: bait.left_running(),
        afterwards=True,
    ),
    Question(
        "memory",
        "memory_capped",
        "use more memory than allowed",
        lambda *_: {"bytes": _BEYOND},
        _got,
        limits=Limits(memory=_MEMORY),
        exhausting=True,
    ),
    Question(
        "memory_together",
        "memory_capped",
        "use more memory than allowed, in several processes",
        lambda *_: {"processes": _PROCESSES, "each": _BEYOND // _PROCESSES},
        _got,
        limits=Limits(memory=_MEMORY),
        exhausting=True,
    ),
)
