from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from autograder.isolation import fence
from autograder.isolation.cgroup import Cgroup
from autograder.student import workplace

HERE = Path(__file__).parent
USER = 1000
IS_ROOT = os.geteuid() == 0
WHO = ("root", "user") if IS_ROOT else ("user",)
MEMORY, TASKS = 400 * 2**20, 60


@dataclass
class Result:
    output: str
    code: int
    ended: bool
    """By itself, within the time."""
    observed: dict[str, Any]
    place: str = ""
    pid: int = 0
    times: dict[str, float] | None = None

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()


class Driver:
    """A warm process, as root or an ordinary user, and what it needs to lock forks of itself."""

    def __init__(self, who: str, modules: tuple[str, ...] = ()) -> None:
        self.who = who
        self.fences: dict[str, fence.Fence] = {
            "none": fence.NONE,
            "restricted": fence.restricted(),
            "contained": fence.contained(),
        }
        command = [sys.executable, "-P", str(HERE / "driver.py"), *modules]
        if who == "user" and IS_ROOT:
            folders = [path for path in self.fences["contained"].readable if Path(path).is_dir()]
            folders.append(str(HERE))
            command = [sys.executable, "-P", str(HERE / "as_user.py"), str(USER), *folders, "--", *command]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def run(
        self,
        strategy: str,
        code: str,
        *,
        files: dict[str, Path] | None = None,
        before: str = "",
        seconds: float = 60,
        names: dict[str, Any] | None = None,
        observed: bool = False,
        **changes: Any,
    ) -> Result:
        """Run code in a student process; ``changes`` are numbers of the fence that differ.

        ``observed``: do to it what a grader does.
        """
        directory = workplace.make(files or {})
        group = None
        if self.who == "user" and IS_ROOT:
            for folder, _, inside in os.walk(directory):
                for name in (".", *inside):
                    os.chown(Path(folder, name), USER, USER)
        try:
            if strategy == "metered":
                group = Cgroup.create(memory=MEMORY, tasks=TASKS)
                chosen = fence.metered(group.entrances)
            else:
                chosen = self.fences[strategy]
            request = {
                "fence": replace(chosen, **changes).to_json(),
                "directory": str(directory),
                "code": dedent(code),
                "before": dedent(before),
                "seconds": seconds,
                "names": names or {},
                "observed": observed,
            }
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            return Result(**json.loads(self.process.stdout.readline()))
        finally:
            if group is not None:
                group.remove()
            workplace.remove(directory)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture(scope="session")
def driver() -> Iterator[Callable[..., Driver]]:
    """Drivers by user and by what they have imported."""
    with ExitStack() as stack:
        drivers: dict[tuple[str, ...], Driver] = {}

        def get(who: str, *modules: str) -> Driver:
            if (who, *modules) not in drivers:
                drivers[who, *modules] = Driver(who, modules)
                stack.callback(drivers[who, *modules].close)
            return drivers[who, *modules]

        yield get


@dataclass
class Locked:
    """One strategy, as one user."""

    strategy: str
    driver: Driver

    @property
    def alone(self) -> bool:
        """Whether it sees no process but its own."""
        return self.strategy != "restricted"

    def run(self, code: str, **settings: Any) -> Result:
        return self.driver.run(self.strategy, code, **settings)


def namespaces_missing(who: str) -> bool:
    """Whether this system denies what ``contained`` is made of; asked of the system's own tool."""
    command = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "true"]
    if who == "user":
        command[1:1] = ["--user", "--map-root-user"]
        if IS_ROOT:
            command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]
    return subprocess.run(command, capture_output=True).returncode != 0


def _need(strategy: str, who: str) -> None:
    if strategy in ("contained", "metered") and namespaces_missing(who):
        pytest.skip(f"this system lets {who} make no namespaces")


ALL = [
    *((strategy, who) for who in WHO for strategy in ("restricted", "contained")),
    *((("metered", "root"),) if IS_ROOT else ()),
]


def _name(pair: tuple[str, str]) -> str:
    return "-".join(pair)


@pytest.fixture(params=ALL, ids=_name)
def locked(request: pytest.FixtureRequest, driver: Callable[..., Driver]) -> Locked:
    strategy, who = request.param
    _need(strategy, who)
    return Locked(strategy, driver(who))


@pytest.fixture(params=[pair for pair in ALL if pair[0] != "restricted"], ids=_name)
def boxed(request: pytest.FixtureRequest, driver: Callable[..., Driver]) -> Locked:
    """Those with namespaces."""
    strategy, who = request.param
    _need(strategy, who)
    return Locked(strategy, driver(who))


@pytest.fixture(params=[pair for pair in ALL if pair[0] == "restricted"], ids=_name)
def restricted(request: pytest.FixtureRequest, driver: Callable[..., Driver]) -> Locked:
    strategy, who = request.param
    return Locked(strategy, driver(who))


@pytest.fixture(params=ALL, ids=_name)
def warm(request: pytest.FixtureRequest, driver: Callable[..., Driver]) -> Locked:
    """Forked from a process that has what notebooks import."""
    strategy, who = request.param
    _need(strategy, who)
    return Locked(strategy, driver(who, "numpy", "torch", "matplotlib.pyplot", "sqlite3"))
