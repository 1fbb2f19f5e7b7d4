"""Processes forked from a warm one; that they behave as spawned ones do is shown by ``tests/student``."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from autograder.course import Limits
from autograder.isolation import zygote as module
from autograder.isolation.fence import NONE
from autograder.isolation.none import NoIsolation
from autograder.isolation.protocol import Launch
from autograder.isolation.warm import Warm
from autograder.student import StudentProcess, workplace

Zygotes = Callable[[], list[psutil.Process]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a warm process needs Linux")


@pytest.fixture(scope="module")
def shared() -> Iterator[Warm]:
    with Warm() as strategy:
        yield strategy


def run(isolation: Warm | NoIsolation, *cells: str, preload: tuple[str, ...] = ()) -> StudentProcess:
    process = StudentProcess.spawn(isolation=isolation, preload=preload)
    for number, source in enumerate(cells, 1):
        outcome = process.execute(number, dedent(source))
        assert outcome.error is None, outcome.error
    return process


def _is_warm(process: psutil.Process) -> bool:
    try:
        return "autograder.student.zygote:main" in process.cmdline()
    except psutil.NoSuchProcess:  # one that has ended: this process may have adopted it from another test
        return False


@pytest.fixture
def zygotes() -> Zygotes:
    """Finds the warm processes that the test has begun."""

    def find() -> list[psutil.Process]:
        return [child for child in psutil.Process().children() if _is_warm(child)]

    others = find()
    return lambda: [process for process in find() if process not in others]


def test_one_warm_process_serves_many(zygotes: Zygotes) -> None:
    with Warm() as warm:
        for _ in range(3):
            with run(warm, "import os\nparent = os.getppid()") as process:
                assert process.student.parent == os.getpid()
            assert len(zygotes()) == 1
    assert zygotes() == []


def test_nothing_passes_from_one_student_to_the_next(shared: Warm) -> None:
    with run(shared, "import numpy\nnumpy.secret = leak = 1\n%cd -q /tmp\nopen('left', 'w')"):
        pass
    seen = "import numpy, os\nseen = hasattr(numpy, 'secret'), 'leak' in globals(), os.listdir()"
    with run(shared, seen, "found = get_ipython().db.get('dhist')") as process:
        assert process.student.seen == (False, False, [])
        assert process.student.found is None


def test_torch_is_warm_and_trains(shared: Warm) -> None:
    cell = """
        import sys, threading
        import torch
        from torch import nn

        loaded = "torch.optim.adam" in sys.modules
        network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 1))
        optimizer = torch.optim.Adam(network.parameters())
        torch.set_num_threads(2)
        loss = network(torch.randn(64, 1, 8, 8)).square().mean()
        loss.backward()
        optimizer.step()
        """
    with run(shared, cell, preload=("torch",)) as process:
        assert process.student.loss.item() > 0


@pytest.mark.parametrize("preload", [(), ("torch",)])
def test_what_a_notebook_draws_without_a_seed_is_the_same_in_every_run(
    shared: Warm, preload: tuple[str, ...]
) -> None:
    cell = "import random, numpy\ndrawn = [random.random(), numpy.random.rand()]"
    if preload:
        cell += "\nimport torch\ndrawn.append(torch.rand(1).item())"
    drawn = []
    for isolation in (shared, shared, NoIsolation()):
        with run(isolation, cell, preload=preload) as process:
            drawn.append(process.student.drawn)
    assert drawn[0] == drawn[1] == drawn[2]


def test_a_warm_process_that_died_is_replaced(zygotes: Zygotes) -> None:
    with Warm() as warm:
        with run(warm):
            first = zygotes()
            first[0].kill()
            first[0].wait()
        with run(warm, "x = 1") as process:
            assert process.student.x == 1
        assert len(zygotes()) == 1


def test_students_outlive_the_warm_process(zygotes: Zygotes) -> None:
    with Warm() as warm:
        warm.warm_up(())
        (zygote,) = zygotes()
        process = run(warm, "x = 1")
    with process:
        assert not zygote.is_running()
        assert process.student.x == 1


def test_a_warm_process_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, zygotes: Zygotes) -> None:
    monkeypatch.setattr(module, "_FORK_SECONDS", 5.0)
    with Warm() as warm:
        with run(warm):
            stopped = zygotes()[0]
            stopped.send_signal(signal.SIGSTOP)
        with run(warm, "x = 1") as process:
            assert process.student.x == 1
        assert not stopped.is_running()


def test_without_a_warm_process_a_fresh_one_is_started(
    monkeypatch: pytest.MonkeyPatch, zygotes: Zygotes
) -> None:
    monkeypatch.setattr(module, "_FORK_SECONDS", 0.0)
    with Warm() as warm:
        with pytest.warns(RuntimeWarning, match="did not answer"):
            process = run(warm, "x = 1")
        with process:
            assert process.student.x == 1
            assert zygotes() == []


def test_it_will_not_fork_with_a_second_thread() -> None:
    """As a module does that starts one while it is imported."""
    code = """
        import threading
        from autograder.student import zygote
        zygote._require_forkable()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        zygote._require_forkable()
        """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=False)
    assert "2 threads" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("cell", ["x = 1", "import os\nos.chdir('/')"])
def test_nothing_is_left_when_the_grader_is_killed(tmp_path: Path, cell: str) -> None:
    code = f"""
        import os, signal
        from autograder.isolation.warm import Warm
        from autograder.student import StudentProcess, workplace
        process = StudentProcess.spawn(isolation=Warm())
        process.execute(1, {cell!r})
        print(process._tree.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    deadline = time.monotonic() + 20
    while (running(pid) or list(tmp_path.iterdir())) and time.monotonic() < deadline:
        os.sched_yield()
    assert list(tmp_path.iterdir()) == []
    assert not running(pid)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_that_comes_too_late_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its successor is given the same channel, and would be taken for ready by the word of the late one."""
    monkeypatch.setattr(module, "_FORK_SECONDS", 0.0)
    directory = workplace.make({})
    ours, theirs = socket.socketpair()
    launch = Launch(channel=theirs, directory=directory, preload=(), limits=Limits())
    zygote = module.Zygote((), warm=False)
    try:
        with pytest.raises(module.ZygoteError, match="did not answer"):
            zygote.fork(launch, NONE)
        theirs.close()
        ours.settimeout(60)
        assert ours.recv(100) == b""
    finally:
        ours.close()
        zygote.close()
        workplace.remove(directory)
