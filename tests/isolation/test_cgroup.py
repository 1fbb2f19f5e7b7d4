from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import InfrastructureError
from autograder.isolation import cgroup
from autograder.isolation.cgroup import Cgroup

MIB = 2**20
BOMB = """
import os, sys, time
sys.stdin.readline()
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
except BlockingIOError:
    print("full", flush=True)
time.sleep(1000)
"""
HOG = """
import sys, time
for line in sys.stdin:
    keep = bytearray(int(line))
    print("held", flush=True)
"""


@pytest.fixture
def group() -> Iterator[Cgroup]:
    try:
        made = Cgroup.create(memory=200 * MIB, tasks=20)
    except InfrastructureError as error:
        pytest.skip(str(error))
    yield made
    made.remove()


def started(group: Cgroup, program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    group.add(process.pid)
    return process


def tell(process: subprocess.Popen[str], line: str) -> str:
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_memory_is_counted_and_capped(group):
    with started(group, HOG) as process:
        assert tell(process, "1") == "held\n"
        before = group.memory()
        assert tell(process, str(100 * MIB)) == "held\n"
        assert 95 * MIB < group.memory() - before < 110 * MIB
        assert not group.out_of_memory()
        assert tell(process, str(300 * MIB)) == ""
        assert process.wait() == -signal.SIGKILL
    assert group.out_of_memory()


def test_a_group_is_not_out_of_memory_where_one_around_it_is(group):
    """``group`` has 200 MiB; within it another one is made, which may use more."""
    program = (
        "import os, sys\n"
        "from autograder.isolation.cgroup import Cgroup\n"
        "inner = Cgroup.create(memory=2**30, tasks=5)\n"
        "if not (child := os.fork()):\n"
        "    inner.add(os.getpid())\n"
        "    held = b'x' * 2**29\n"
        "_, status = os.waitpid(child, 0)\n"
        "print(status, inner.out_of_memory())\n"
        "inner.remove()\n"
    )

    def enter():
        group.add(os.getpid())

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, preexec_fn=enter
    )
    assert done.stdout == f"{signal.SIGKILL} False\n"


def test_processes_are_capped_and_all_of_them_end(group):
    with started(group, BOMB) as process:
        assert tell(process, "") == "full\n"
        assert len(group.members()) == 20
        group.kill()
        assert process.wait() == -signal.SIGKILL
    assert group.members() == set()


def test_what_a_killed_grader_left_is_removed(group):
    program = (
        "from autograder.isolation.cgroup import Cgroup; import subprocess, sys\n"
        "g = Cgroup.create(memory=2**28, tasks=20)\n"
        "child = subprocess.Popen(['sleep', '1000'], stdout=subprocess.DEVNULL)\n"
        "g.add(child.pid)\n"
        "print(child.pid, *g.entrances, flush=True)\n"
        "sys.stdin.read()\n"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child, *entrances = grader.stdout.readline().split()
    other = Cgroup.create(memory=2**28, tasks=20)
    assert all(map(os.path.exists, entrances))  # its grader is alive
    other.remove()
    grader.kill()
    grader.communicate()
    other = Cgroup.create(memory=2**28, tasks=20)
    other.remove()
    assert not any(map(os.path.exists, entrances))
    try:
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return
    assert state == "Z"  # ended, and waiting for the system's first process to notice


def test_removing_again_is_harmless(group):
    group.remove()
    group.remove()
    assert group.members() == set()


def test_numbers_are_not_written_where_there_is_no_group(tmp_path):
    fake = Cgroup(dict.fromkeys(("memory", "pids"), tmp_path))
    with pytest.raises(FileNotFoundError):
        fake.add(os.getpid())
    assert list(tmp_path.iterdir()) == []


def test_version_2_is_divided_where_the_system_lets_it(monkeypatch):
    """With whatever controllers version 2 has here; only the limits are not tried."""
    folder = cgroup._own_folders().get("")
    if folder is None or os.geteuid() != 0:
        pytest.skip("no control groups of version 2 that this user may divide")
    controllers = (folder / "cgroup.controllers").read_text().split()
    if not controllers or {"memory", "pids"} <= set(controllers):
        pytest.skip("the other tests show it, or there is nothing to show")
    monkeypatch.setattr(cgroup, "_CONTROLLERS", (controllers[0],))
    assert cgroup._enable(folder)
    made = folder / "autograder-test"
    made.mkdir()
    group = Cgroup(dict.fromkeys(("memory", "pids"), made))
    with started(group, BOMB) as process:
        assert process.pid in group.members()
        group.kill()
        assert process.wait() == -signal.SIGKILL
    group.remove()
    assert not made.exists()
    (folder / "cgroup.subtree_control").write_text(f"-{controllers[0]}")
