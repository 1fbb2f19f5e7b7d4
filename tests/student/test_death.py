from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from autograder.errors import StudentError, StudentStopped
from autograder.student import StudentProcess

if TYPE_CHECKING:
    from tests.student.conftest import Opener


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import os; os._exit(0)", "exited with code 0"),
        ("import os; os._exit(7)", "exited with code 7"),
        ("import ctypes; ctypes.string_at(0)", "was ended by signal 11 (SIGSEGV)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9 (SIGKILL)"),
        ("import os; os.abort()", "was ended by signal 6 (SIGABRT)"),
        ("import os, signal; os.killpg(0, signal.SIGTERM)", "was ended by signal 15 (SIGTERM)"),
    ],
)
def test_a_process_that_dies_says_how(
    notebook: Opener, source: str, sentence: str, request: pytest.FixtureRequest
) -> None:
    if "signal" in source or "abort" in source:
        request.getfixturevalue("hears_itself")
    process = notebook(f"def die():\n    {source}")
    with pytest.raises(StudentStopped) as caught:
        process.student.die()
    assert caught.value.code == "died"
    assert caught.value.message == f"The call did not finish: the notebook's process {sentence}."
    with pytest.raises(StudentStopped, match="did not finish"):
        process.student.die()


def test_death_in_a_cell_names_the_cell_and_keeps_its_output(notebook: Opener) -> None:
    process = notebook()
    with pytest.raises(StudentStopped) as caught:
        process.execute(3, "print('so far', flush=True)\nimport os\nos._exit(0)")
    assert caught.value.where is not None
    assert caught.value.where.cell == 3
    assert process.interrupted is not None
    assert process.interrupted.outputs[0]["text"] == "so far\n"


def test_death_between_calls_is_noticed_by_the_next(notebook: Opener) -> None:
    process = notebook(
        "import os, threading, time\n"
        "def later(): threading.Thread(target=lambda: (time.sleep(0.1), os._exit(3)), daemon=True).start()"
    )
    process.student.later()
    assert process._tree.wait(10)
    assert not process.alive
    with pytest.raises(StudentStopped, match="exited with code 3") as caught:
        process.student.later()
    assert caught.value.code == "died"


@pytest.mark.parametrize(
    ("call", "type_"),
    [
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise NotImplementedError('todo')", "NotImplementedError"),
        ("raise AssertionError", "AssertionError"),
        ("return recurse()", "RecursionError"),
        ("raise type('UnsatisfiedAssumption', (BaseException,), {})", "UnsatisfiedAssumption"),
    ],
)
def test_every_exception_of_a_call_is_one_class(shared: StudentProcess, call: str, type_: str) -> None:
    shared.execute(1, f"def recurse(): return recurse() + 1\ndef f():\n    {call}")
    with pytest.raises(StudentError) as caught:
        shared.student.f()
    error = caught.value
    assert type(error) is StudentError
    assert (error.type, error.kind) == (type_, "exception")
    assert error.where is not None
    assert error.where.cell == 1
    assert callable(shared.student.recurse)


def test_recursion_without_pythons_own_limit_is_the_students_error(notebook: Opener) -> None:
    """CPython itself may raise anything, or crash, when memory runs out in the middle of a call."""
    process = notebook("import sys\ndef recurse(): return recurse() + 1", memory=64 * 2**20, call=20)
    process.execute(2, "sys.setrecursionlimit(10**9)")
    with pytest.raises((StudentError, StudentStopped)):
        process.student.recurse()


def processes_in(place: os.stat_result) -> list[psutil.Process]:
    """Processes that are alive and work in that directory."""
    found = []
    for process in psutil.process_iter():
        try:
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and os.path.samestat(Path(f"/proc/{process.pid}/cwd").stat(), place):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def outside(process: StudentProcess, pids: list[int]) -> list[int]:
    """The numbers that processes have here, by those that the notebook knows them under."""
    namespace = Path(f"/proc/{process._tree.pid}/ns/pid").stat()
    known = {}
    for other in psutil.pids():
        with contextlib.suppress(OSError):
            if os.path.samestat(Path(f"/proc/{other}/ns/pid").stat(), namespace):
                known[
                    int(
                        Path(f"/proc/{other}/status")
                        .read_text()
                        .partition("NSpid:")[2]
                        .split("\n")[0]
                        .split()[-1]
                    )
                ] = other
    return [known[pid] for pid in pids]


SURVIVORS = {
    "deaf to signals": """
        import signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        """,
    "a forked child": """
        pids = [os.fork()]
        if not pids[0]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        """,
    "a daemon": """
        read, write = os.pipe()
        if os.fork() == 0:
            os.setsid()
            pid = os.fork()
            if pid == 0:
                os.write(write, str(os.getpid()).encode())
                for fd in (0, 1, 2): os.close(fd)
                time.sleep(60)
            os._exit(0)
        os.wait()
        pids = [int(os.read(read, 20))]
        """,
    "daemons that fork": """
        read, write = os.pipe()
        for _ in range(3):
            if os.fork() == 0:
                for _ in range(3):
                    os.setsid() if os.getpid() != os.getsid(0) else None
                    if os.fork(): os._exit(0) if _ else None
                os.write(write, b"%d\\n" % os.getpid())
                time.sleep(60)
        time.sleep(0.3)
        pids = [int(line) for line in os.read(read, 1000).split()]
        """,
    "a program": """
        import subprocess
        pids = [subprocess.Popen(["sleep", "60"], start_new_session=True).pid]
        """,
}


@pytest.mark.parametrize(
    ("kind", "end"),
    [*((kind, "close") for kind in SURVIVORS), ("a daemon", "timeout"), ("a daemon", "death")],
)
def test_nothing_survives(notebook: Opener, kind: str, end: str, request: pytest.FixtureRequest) -> None:
    """Whatever a notebook starts is gone when its process is closed, stopped or has died."""
    if kind != "deaf to signals":
        request.getfixturevalue("may_fork")
    process = notebook("import os, signal, time\npids = []", SURVIVORS[kind], call=0.3)
    pids = [*outside(process, process.student.pids), process._tree.pid]
    work = Path(f"/proc/{process._tree.pid}/cwd").stat()
    assert all(map(psutil.pid_exists, pids))
    if end == "close":
        process.close()
    else:
        process.execute(3, "def wait(): time.sleep(60)\ndef die(): os._exit(0)")
        with pytest.raises(StudentStopped):
            process.student.wait() if end == "timeout" else process.student.die()
    assert not any(map(psutil.pid_exists, pids))
    assert processes_in(work) == []


def test_the_graders_own_children_are_left_alone(notebook: Opener) -> None:
    with subprocess.Popen(["sleep", "60"]) as own:
        with StudentProcess.spawn() as other:
            process = notebook("x = 1")
            process.close()
            assert own.poll() is None
            assert other.execute(1, "1").error is None
        assert own.poll() is None
        own.kill()


def test_an_interrupted_grader_gives_the_process_up(notebook: Opener) -> None:
    """After Ctrl-C an answer would still be on its way; nobody may take it for the next one's."""
    process = notebook("import time")
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            process.execute(2, "time.sleep(20)")
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert not process.alive


GRADER = """
import os, signal, sys, threading
from autograder.student import StudentProcess

process = StudentProcess.spawn()
process.execute(1, "import os; work = os.getcwd()")
print(process._tree.pid, process.student.work, flush=True)
if sys.argv[1] == "busy":
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
    process.execute(2, "while True: pass")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_a_grader_that_is_killed_takes_its_processes_with_it(state: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GRADER, state], capture_output=True, text=True, check=False, timeout=60
    )
    pid, work = int(done.stdout.split()[0]), Path(done.stdout.split()[1])
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    if state == "idle":
        assert not work.parent.exists()
    else:
        shutil.rmtree(work.parent)
