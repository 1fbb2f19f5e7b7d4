"""The machine is out of memory, and the system ends a process: whichever it is, nobody's grade changes.

The batch runs in a control group whose limit stands for the machine's memory. Needs root.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.isolation.cgroup import Cgroup
from tests.demo import SOLVED
from tests.grading.faults.room import Meeting, Room, verdicts

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs a control group, which only root may make"
)

MACHINE = 700 * 2**20

# Takes memory until the system has ended the process that it is told to end first.
BALLOON = """
import sys
from pathlib import Path
for entrance in sys.argv[2:]:
    Path(entrance).write_text("0")
state = Path("/proc", sys.argv[1], "stat")
taken = []
while state.exists() and ") Z " not in state.read_text():
    taken.append(b"x" * 2**20)
"""


@pytest.fixture
def machine() -> Iterator[Cgroup]:
    group = Cgroup.create(memory=MACHINE, tasks=1000)
    yield group
    group.remove()


def enter(machine: Cgroup) -> None:
    """Done in a new process: it and its children live on that machine."""
    for entrance in machine.entrances:
        Path(entrance).write_text("0")


@pytest.mark.slow
@pytest.mark.parametrize("role", ["worker", "zygote", "student"])
def test_whichever_process_is_ended_for_memory_nobody_loses_a_point(
    tmp_path: Path, machine: Cgroup, role: str
) -> None:
    room = Room(tmp_path / "room", {"bob": SOLVED[:2]})
    meeting = Meeting(room)
    with room.at_work(before=lambda: enter(machine)) as batch:
        victim = meeting.victim(role)
        Path(f"/proc/{victim.pid}/oom_score_adj").write_text("1000")
        command = [sys.executable, "-c", BALLOON, str(victim.pid), *machine.entrances]
        subprocess.run(command, check=False, timeout=60)  # may be ended as well before the first one is gone
        assert not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE
        if role == "zygote":
            meeting.go_on()
        output, errors = batch.communicate(timeout=300)
    assert machine.out_of_memory()
    assert batch.returncode == 0, output + errors
    assert room.grades() == {"ada": 7, "bob": 5}
    room.is_tidy()


def hoard(size: int) -> list[str]:
    return [*SOLVED[:2], f"def finish():\n    kept = b'x' * {size}\n    return 'done'", SOLVED[3]]


@pytest.mark.parametrize("isolation", ["metered", pytest.param("none", marks=pytest.mark.slow)])
def test_a_notebook_is_not_charged_for_a_machine_with_less_memory_than_it_may_use(
    tmp_path: Path, machine: Cgroup, isolation: str
) -> None:
    """Within its own limit, but more than there is: nobody knows whether it would have been right."""
    submissions = {"ann": SOLVED, "large": hoard(2**30), "too_large": hoard(10 * 2**30)}
    room = Room(tmp_path / "room", submissions, isolation=isolation)
    done = room.grade(before=lambda: enter(machine))
    assert done.returncode == 3, done.stdout + done.stderr
    assert room.grades() == {"ann": 7, "large": None, "too_large": 6}
    assert verdicts(room, "too_large")["1.3"] == ("error", "memory")
    assert "perhaps the machine is out of memory" in done.stdout
    done = room.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row[7] for row in room.attempts() if row[1] == "large"] == [None, 7]
    room.is_tidy()
