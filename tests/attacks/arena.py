"""Try an attack against a strategy, and look what it achieved."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Course
from autograder.errors import InfrastructureError
from autograder.grading.one import grade_one
from autograder.isolation.strategies import NAMES, strategy
from autograder.reports.json_file import grade_text
from autograder.student import StudentProcess
from tests.attacks.attack import HONEST, Attack, write_notebook
from tests.attacks.world import LIMITS, World

if TYPE_CHECKING:
    from autograder.grading.attempt import Attempt

ROOM = 200 * 2**20
"""Bytes by which the grader may grow meanwhile."""
SLACK = 4.0
"""Seconds beyond the limit of all cells and calls, for pytest and the end of the process.

Both are as many times longer as there are processes for each processor, on a crowded machine."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one attack."""

    attack: Attack
    strategy: str
    harm: tuple[str, ...]
    """What it achieved; nothing if it was stopped."""
    trouble: tuple[str, ...]
    """What the grader owes under every strategy and did not keep to."""
    seconds: float

    @property
    def verdict(self) -> str:
        if self.trouble:
            return "TROUBLE"
        expected = self.attack.stopped_on(self.strategy)
        if self.harm:
            return "NOT STOPPED" if expected else "NOT stopped (expected)"
        return "stopped" if expected else "stopped, AGAINST EXPECTATION"

    @property
    def as_expected(self) -> bool:
        return self.verdict in ("stopped", "NOT stopped (expected)")

    def __str__(self) -> str:
        return "; ".join((*self.trouble, *self.harm)) or "nothing"

    def report(self) -> str:
        """A line of the log."""
        return f"{self.strategy:<11}{self.attack.name}: {self.verdict}: {self} ({self.seconds:.1f} s)"


class Arena:
    """A strategy and a world; a context manager."""

    def __init__(self, name: str, base: Path | None = None) -> None:
        self.name = name
        sys.dont_write_bytecode = True  # what pytest would leave beside the tests is no attacker's doing
        with contextlib.ExitStack() as stack:
            self.world = stack.enter_context(World(base))
            self.isolation = stack.enter_context(strategy(name, hidden=[self.world.course]))
            self.isolation.warm_up(("numpy",))
            self.assignment = Course(root=self.world.course).assignment("01_attacked")
            self._honest = self.world.classes / "honest.ipynb"
            write_notebook(self._honest, [(cell, {}) for cell in (*HONEST, "def loot():\n    return ''")])
            self._expected = self.grade_honest()
            assert [q["points"] for q in json.loads(self._expected)["assignments"][0]["questions"]] == [
                4,
                4,
                0,
            ]
            self._known = self.world.processes()
            self._kept = self._honest.read_bytes()
            self._stack = stack.pop_all()

    def grade(self, path: Path) -> Attempt:
        return grade_one(self.assignment, path, hidden=True, isolation=self.isolation)

    def grade_honest(self) -> str:
        return grade_text([self.grade(self._honest).result])

    def attempt(self, attack: Attack) -> Trial:
        """Grade the attack; look at the world; grade an honest submission."""
        folder = self.world.root / "attempts" / attack.name
        path = attack.hand_in(folder, self.world.facts())
        files = self.world.files()
        memory = _peak(reset=True)
        started = time.monotonic()
        attempt = self.grade(path)
        seconds = time.monotonic() - started
        grown = _peak() - memory
        harm = [*self._stolen(attempt, attack), *self.world.harm(files, self._known)]
        trouble = []
        crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        if seconds > (LIMITS["total"] + SLACK) * crowd:
            trouble.append(f"it took {seconds:.1f} seconds")
        if grown > ROOM:
            trouble.append(f"the grader grew by {grown / 2**20:.0f} MiB")
        judged = _judged(attempt, attack)
        if judged not in attack.expect and (not harm or attack.stopped_on(self.name)):
            trouble.append(f"question {attack.attacks} was judged {judged!r}")
        shutil.rmtree(folder, ignore_errors=True)
        if harm:
            self.world.restore(self._known)
            self._honest.write_bytes(self._kept)
        if self.grade_honest() != self._expected:
            trouble.append("the next honest submission got another grade")
        self._known = self.world.processes()  # the warm process may have been replaced
        return Trial(
            attack=attack,
            strategy=self.name,
            harm=tuple(harm),
            trouble=tuple(trouble),
            seconds=seconds,
        )

    def _stolen(self, attempt: Attempt, attack: Attack) -> list[str]:
        found = []
        judged = {question.id: question.outcome for question in attempt.result.questions}
        if attack.attacks in judged and judged[attack.attacks].passed:
            found.append(f"question {attack.attacks} passed")
        seen = grade_text([attempt.result.for_student()]) + repr(attempt.cells)
        if self.world.token in seen:
            found.append("a secret is in what the student sees")
        if str(self.world.hidden_input) in seen:
            found.append("a hidden input is in what the student sees")
        return found

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def available() -> list[str]:
    """The strategies that this system lets this user have, from the weakest to the strongest."""
    found = []
    for name in NAMES:
        try:
            with strategy(name) as isolation, StudentProcess.spawn(isolation=isolation):
                found.append(name)
        except InfrastructureError as error:
            print(f"not available here: {name}: {error}", file=sys.stderr)
    return found


def try_all(name: str, attacks: list[Attack], *, verbose: bool = False) -> dict[str, Trial]:
    """All attacks against one strategy."""
    trials = {}
    with Arena(name) as arena:
        for attack in attacks:
            if name not in attack.never_on:
                trial = trials[attack.name] = arena.attempt(attack)
                if verbose or not trial.as_expected:
                    print(trial.report(), file=sys.stderr, flush=True)
    return trials


def _judged(attempt: Attempt, attack: Attack) -> str:
    for question in attempt.result.questions:
        if question.id == attack.attacks:
            return f"{question.outcome.verdict} {question.outcome.code}".strip()
    return "not at all"


def _peak(*, reset: bool = False) -> int:
    """The most memory that this process has had since the last reset, in bytes."""
    if reset:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the system does not say")
