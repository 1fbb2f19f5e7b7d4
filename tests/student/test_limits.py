from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from autograder.errors import InfrastructureError, StudentError, StudentStopped
from autograder.student import StudentProcess
from autograder.verdict import Where

if TYPE_CHECKING:
    from tests.student.conftest import Opener

MIB = 2**20


def stopped_by(process: StudentProcess, source: str) -> StudentStopped:
    with pytest.raises(StudentStopped) as caught:
        process.execute(9, source)
    assert caught.value.where == Where(cell=9)
    assert not process.alive
    return caught.value


def test_a_cell_over_its_time_is_stopped_and_one_under_it_is_not(notebook: Opener) -> None:
    process = notebook("import time; time.sleep(0.2)", cell=0.6, call=30)
    started = time.monotonic()
    stopped = stopped_by(process, "print('started')\nwhile True: pass")
    assert time.monotonic() - started < 20
    assert (stopped.code, stopped.message) == ("timeout-cell", "Cell 9 took more than 0.6 seconds.")
    assert process.interrupted is not None
    assert process.interrupted.stopped == "timeout-cell"
    assert process.interrupted.outputs[0]["text"].startswith("started")


def test_a_call_over_its_time_is_stopped_and_one_under_it_is_not(notebook: Opener) -> None:
    process = notebook("from time import sleep", call=0.6)
    process.student.sleep(0.2)
    with pytest.raises(StudentStopped) as caught:
        process.student.sleep(30)
    assert (caught.value.code, caught.value.where) == ("timeout-call", None)
    with pytest.raises(StudentStopped, match=r"more than 0\.6 seconds"):
        process.student.sleep(0)


def test_time_is_counted_over_cells_and_calls(notebook: Opener) -> None:
    process = notebook("from time import sleep\nsleep(0.3)", total=1.2)
    process.student.sleep(0.3)
    assert 0.5 <= process.time_used < 1.2
    assert process.time_left == pytest.approx(1.2 - process.time_used, abs=0.1)
    with pytest.raises(StudentStopped) as caught:
        process.student.sleep(5)
    assert caught.value.code == "timeout-total"
    assert process.time_used < 2.5


def test_a_process_can_start_with_the_time_that_is_left() -> None:
    with StudentProcess.spawn(time_left=0.0) as process, pytest.raises(StudentStopped) as caught:
        process.execute(1, "1")
    assert caught.value.code == "timeout-total"


def test_memory_over_the_limit_is_a_memory_error_and_under_it_is_not(notebook: Opener) -> None:
    process = notebook(
        "import numpy as np\ndef take(mib): return np.ones(mib * 2**17).sum()", memory=256 * MIB
    )
    assert process.student.take(200) == np.array(200.0 * 2**17)
    with pytest.raises(StudentError) as caught:
        process.student.take(10_000)
    assert caught.value.kind == "memory"
    assert caught.value.where is not None
    assert process.student.take(200) == np.array(200.0 * 2**17)


def test_memory_is_told_apart_in_cells_too(notebook: Opener) -> None:
    process = notebook("hoard = []", memory=128 * MIB)
    error = process.execute(2, "while True: hoard.append(bytearray(2**20))").error
    assert error is not None
    assert error.kind == "memory"
    assert process.execute(3, "hoard.clear()\nlist(range(10))").error is None


def test_torch_out_of_memory_is_memory(notebook: Opener) -> None:
    pytest.importorskip("torch")
    process = notebook("import torch", preload=("torch",), memory=512 * MIB)
    error = process.execute(2, "torch.ones(10**11)").error
    assert error is not None
    assert error.kind == "memory"
    assert process.execute(3, "torch.ones(10**7).sum()").error is None


@pytest.mark.usefixtures("may_fork")
def test_children_together_cannot_use_what_one_may_not(notebook: Opener) -> None:
    """Each child stays under the limit of one process; the tree does not."""
    process = notebook("import os, time", memory=200 * MIB, cell=20)
    stopped = stopped_by(
        process,
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        block = os.urandom(1) * (120 * 2**20)\n"
        "        time.sleep(60)\n"
        "time.sleep(60)",
    )
    assert stopped.code == "memory"


@pytest.mark.parametrize(
    "flood",
    [
        "while True: print('x' * 1000)",
        "import os\nwhile True: os.write(1, b'x' * 1000)",
        "import subprocess\nsubprocess.run(['yes'])",
        "import sys\nwhile True: sys.stderr.write('x' * 20)",
        "from IPython.display import HTML, display\nwhile True: display(HTML('x' * 1000))",
        "print('x' * 2**25)",
    ],
)
def test_endless_output_is_stopped(notebook: Opener, flood: str, request: pytest.FixtureRequest) -> None:
    if "subprocess" in flood:
        request.getfixturevalue("may_fork")
    process = notebook(output=MIB)
    stopped = stopped_by(process, flood)
    assert (stopped.code, stopped.message) == ("output", "Cell 9 printed more than 1 MiB.")


def test_output_just_under_the_limit_passes(notebook: Opener) -> None:
    process = notebook(
        "print('x' * 900_000)", "print('x' * 900_000)", "def f(): print('x' * 900_000)", output=MIB
    )
    process.student.f()
    process.student.f()


def test_output_of_a_call_counts(notebook: Opener) -> None:
    process = notebook("def f():\n    while True: print('x' * 100)", output=MIB)
    with pytest.raises(StudentStopped) as caught:
        process.student.f()
    assert (caught.value.code, caught.value.where) == ("output", None)


def test_answers_just_over_and_just_under_their_limit(notebook: Opener) -> None:
    process = notebook("import numpy as np\ndef f(n): return np.zeros(n)", answer=8 * 1000 + 100)
    assert process.student.f(1000).shape == (1000,)
    with pytest.raises(StudentStopped) as caught:
        process.student.f(1013)
    assert caught.value.code == "answer-size"
    assert process.alive
    assert process.student.f(2).shape == (2,)


def test_a_closed_process_refuses_work() -> None:
    with StudentProcess.spawn() as process:
        process.execute(1, "x = 1")
    assert not process.alive
    with pytest.raises(InfrastructureError):
        process.student.x  # noqa: B018
    process.close()


def test_a_start_that_fails_is_the_graders_trouble() -> None:
    with pytest.raises(InfrastructureError, match="no_such_module"):
        StudentProcess.spawn(preload=("no_such_module",))


def test_nothing_is_left_on_disk(notebook: Opener, tmp_path: Path) -> None:
    process = notebook(
        "import os, pathlib\n"
        "work = os.getcwd()\n"
        "pathlib.Path('closed/inner').mkdir(parents=True)\n"
        "pathlib.Path('closed/inner/x').write_text('x')\n"
        f"os.symlink({str(tmp_path)!r}, 'elsewhere')\n"
        "os.chmod('closed', 0)"
    )
    work = Path(process.student.work)
    (tmp_path / "mine").write_text("kept")
    process.close()
    assert not work.exists()
    assert not work.parent.exists()
    assert (tmp_path / "mine").read_text() == "kept"


def test_folders_within_folders_are_removed_however_many_there_are(notebook: Opener) -> None:
    process = notebook(
        "import os\n"
        "work = os.getcwd()\n"
        "for _ in range(3000):\n"
        "    os.mkdir('x')\n"
        "    open('file', 'w').close()\n"
        "    os.chdir('x')"
    )
    work = Path(process.student.work)
    process.close()
    assert not work.parent.exists()


# Each in a session of its own, or Linux gives all of them together the share of one; and none of them a child
# of the grader, who would take it for a daemon of the notebook.
CROWD = """
import os, subprocess, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
busy = [sys.executable, "-c", "while True: pass"]
crowd = [subprocess.Popen(busy, start_new_session=True) for _ in range(5)]
sys.stdin.read()
for process in crowd:
    process.kill()
    process.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells how long a process waited")
def test_a_crowded_machine_costs_no_time(notebook: Opener) -> None:
    """On a processor shared with five others, 0.3 seconds of work take longer than the limit of 0.5."""
    process = notebook(
        "import os, time\n"
        "def work(seconds):\n"
        "    end = time.process_time() + seconds\n"
        "    while time.process_time() < end: pass",
        call=0.5,
        total=4.0,
    )
    processor = min(os.sched_getaffinity(0))
    with subprocess.Popen([sys.executable, "-c", CROWD, str(processor)], stdin=subprocess.PIPE) as crowd:
        assert crowd.stdin is not None
        os.sched_setaffinity(process._tree.pid, {processor})
        started = time.monotonic()
        for _ in range(3):
            process.student.work(0.3)
        taken = time.monotonic() - started
        assert taken > 2.0, "the crowd was not in the way"
        assert process.time_used < taken - 1.0
        with pytest.raises(StudentStopped) as caught:
            process.student.work(20)
        crowd.stdin.close()
    assert caught.value.code == "timeout-call"


@pytest.mark.usefixtures("may_fork")
def test_a_process_that_crowds_itself_gains_no_time(notebook: Opener) -> None:
    process = notebook(
        "import os\n"
        "def crowd():\n"
        "    for _ in range(4 * os.cpu_count()):\n"
        "        if os.fork() == 0:\n"
        "            while True: pass\n"
        "    while True: pass",
        call=1.0,
    )
    started = time.monotonic()
    with pytest.raises(StudentStopped) as caught:
        process.student.crowd()
    assert caught.value.code == "timeout-call"
    assert time.monotonic() - started < 15
