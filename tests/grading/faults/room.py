"""A small class in a room of its own: what a batch leaves behind there, and what it has stored."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Any

import psutil

from tests.demo import SKELETON, SOLVED, DemoCourse

GRACE = 20.0
"""Seconds that processes get to notice that the one which they serve was killed."""

INSIDE = Path(__file__).with_name("inside")
"""Folder of the ``sitecustomize`` that every process of a batch loads, except those of the notebooks."""

CLASS: Mapping[str, list[str]] = {
    "ann": SOLVED,
    "bob": SOLVED[:2],
    "cem": ["1 / 0", "def double(x):\n    return x", *SOLVED[1:]],
    "dot": SKELETON,
}

_COLUMNS = (
    "assignment, submission, submission_sha256, tests_sha256, versions, isolation, hidden, score, max_score,"
    " trouble, result, weights_sha256, reference_sha256, taken"
)
"""All of an attempt but its times."""


class Room:
    """A course, what was handed in, the output folder and the folder for temporary files.

    Args:
        root: an empty folder.
        submissions: cells by name.
        isolation: of the student processes.
    """

    def __init__(
        self, root: Path, submissions: Mapping[str, list[str]] = CLASS, *, isolation: str = "none"
    ) -> None:
        self.root = root
        self.course = DemoCourse(root / "course")
        self.isolation = isolation
        self.handed_in, self.out, self.temporary = root / "handed-in", root / "out", root / "tmp"
        for folder in (self.handed_in, self.temporary):
            folder.mkdir()
        for name, cells in submissions.items():
            self.hand_in(name, cells)

    def hand_in(self, name: str, cells: list[str]) -> None:
        """Write a notebook; the same cells give the same bytes, which ``nbformat`` does not care for."""
        notebook = {
            "cells": [
                {"cell_type": "code", "execution_count": None, "id": f"c{number}", "metadata": {}}
                | {"outputs": [], "source": cell}
                for number, cell in enumerate(cells)
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.handed_in / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def command(self, *options: str, jobs: int = 1) -> list[str]:
        words = [sys.executable, "-m", "autograder.cli", "grade", str(self.handed_in)]
        words += ["--assignment", "01_demo", "--out", str(self.out), "--jobs", str(jobs)]
        return [*words, "--isolation", self.isolation, *options]

    def environment(self, inside: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment variables of a batch.

        Args:
            inside: settings of ``inside/sitecustomize.py``, which is loaded if there are any.
        """
        variables = {**os.environ, "TMPDIR": str(self.temporary), "COLUMNS": "80"}
        if inside:
            variables |= inside
            paths = [str(INSIDE), *filter(None, [os.environ.get("PYTHONPATH")])]
            variables["PYTHONPATH"] = os.pathsep.join(paths)
        return variables

    def start(
        self,
        *options: str,
        inside: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        jobs: int = 1,
    ) -> subprocess.Popen[str]:
        """Start the batch.

        Args:
            options: more words of the command line.
            inside: see ``environment``.
            before: done in the new process before the command begins.
            jobs: submissions at a time.
        """
        return subprocess.Popen(
            self.command(*options, jobs=jobs),
            cwd=self.course.root,
            env=self.environment(inside),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=before,
        )

    def grade(self, *options: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run the batch to its end."""
        with self.start(*options, **settings) as batch:
            output, errors = batch.communicate(timeout=300)
        return subprocess.CompletedProcess(batch.args, batch.returncode, output, errors)

    def resumed(self, expected: Stored) -> None:
        """Run the command once more: afterwards all is as if nothing had happened."""
        done = self.grade()
        assert done.returncode == expected.status, done.stdout + done.stderr
        stored = self.stored(done.returncode)
        assert sorted(stored[2]) == sorted(expected[2])
        assert stored == expected
        self.is_tidy()

    def stored(self, status: int = 0) -> Stored:
        return Stored(status, self.attempts(), self.files())

    def attempts(self) -> list[tuple[Any, ...]]:
        """All attempts with their verdicts, without times, in an order that no speed decides."""
        database = sqlite3.connect(self.out / "gradebook.db")
        try:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            verdicts: dict[int, list[Any]] = {}
            for attempt, *verdict in database.execute("SELECT * FROM verdicts ORDER BY attempt, position"):
                verdicts.setdefault(attempt, []).append(tuple(verdict))
            query = f"SELECT id, {_COLUMNS} FROM attempts ORDER BY submission, id"
            return [(*row, verdicts[number]) for number, *row in database.execute(query)]
        finally:
            database.close()

    def grades(self) -> dict[str, float | None]:
        """Scores by name; each submission once."""
        rows = [(row[1], row[7]) for row in self.attempts()]
        assert len(dict(rows)) == len(rows), rows
        return dict(rows)

    def files(self) -> dict[str, bytes]:
        """What the batch has written for people, by path; the gradebook is compared by its content."""
        found = (path for path in self.out.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.out)): path.read_bytes()
            for path in found
            if not path.name.startswith(("gradebook.db", ".lock"))
        }

    def processes(self) -> list[psutil.Process]:
        """The processes of the batch and its notebooks: each was given a folder of it."""
        mark = os.fsencode(self.root)
        return [process for process in psutil.process_iter() if mark in _given(process.pid)]

    def roles(self, role: str) -> list[psutil.Process]:
        """Processes of the batch: "worker", "zygote" (the warm process) or "student"."""
        return [process for process in self.processes() if _role(process) == role]

    def is_tidy(self) -> None:
        """Nothing runs any more, and no temporary file is left."""
        until = time.monotonic() + GRACE
        while (left := self.processes()) and time.monotonic() < until:
            psutil.wait_procs(left, timeout=1)
        assert left == []
        while (files := list(self.temporary.iterdir())) and time.monotonic() < until:
            os.sched_yield()
        assert files == []

    @contextmanager
    def at_work(self, *options: str, **settings: Any) -> Iterator[subprocess.Popen[str]]:
        """A batch that runs; ended at the end if it is still there."""
        with self.start(*options, **settings) as batch:
            try:
                yield batch
            finally:
                batch.kill()


# Tells its number and waits to be killed, or to be let go on; the second time it goes by.
_MEET = """
import os
if not os.path.exists({killed!r}):
    with open({gate!r}, "w") as file:
        file.write(str(os.getpid()))
    open({answer!r}).read()
"""


class Meeting:
    """Hands in a full solution as "ada" that waits in its middle, the first time.

    Args:
        room: whose notebooks are not fenced.
        place: where it waits: in a "cell", or in a "call" that a test makes.
    """

    def __init__(self, room: Room, place: str = "cell") -> None:
        self._room = room
        self._gate, self._answer, self._killed = (room.root / name for name in ("gate", "answer", "killed"))
        os.mkfifo(self._gate)
        os.mkfifo(self._answer)
        room.course.settings(cell=120.0, call=120.0)  # waiting counts, too
        meet = _MEET.format(gate=str(self._gate), answer=str(self._answer), killed=str(self._killed))
        cells = list(SOLVED)
        if place == "cell":
            cells[0] += meet
        else:
            head, body = cells[0].split("\n", 1)
            cells[0] = head + indent(meet, "    ") + body
        room.hand_in("ada", cells)

    def victim(self, role: str) -> psutil.Process:
        """Wait for the notebook; returns the process of that role, which is to be killed now."""
        notebook = int(self._gate.read_text())
        self._killed.touch()
        (victim,) = (p for p in self._room.roles(role) if role != "student" or p.pid == notebook)
        return victim

    def go_on(self) -> None:
        """Let the notebook go on."""
        self._answer.write_text("")


class Stored(tuple[int, list[tuple[Any, ...]], dict[str, bytes]]):
    """Exit code, attempts and files of a batch."""

    __slots__ = ()

    def __new__(cls, status: int, attempts: list[tuple[Any, ...]], files: dict[str, bytes]) -> Stored:
        return super().__new__(cls, (status, attempts, files))

    @property
    def status(self) -> int:
        return self[0]


def verdicts(room: Room, name: str) -> dict[str, tuple[str, str]]:
    """Verdict and code by question."""
    (assignment,) = json.loads((room.out / "results" / f"{name}.json").read_text())["assignments"]
    return {q["id"]: (q["verdict"], q["code"]) for q in assignment["questions"]}


def _given(pid: int) -> bytes:
    """Command line and environment that a process was started with."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _role(process: psutil.Process) -> str:
    try:
        # A student process has the command line of the warm one that it was forked from.
        words, place = " ".join(process.cmdline()), str(Path(f"/proc/{process.pid}/cwd").readlink())
    except (psutil.Error, OSError):
        return ""
    if "autograder.student" in words:
        return "zygote" if "zygote-" in place else "student"
    if "multiprocessing" in words:
        return "" if "resource_tracker" in words else "worker"
    return "driver" if "autograder.cli" in words else ""
