from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from autograder.course import Limits
from autograder.errors import StudentStopped
from autograder.notebook.read import Cell, Notebook
from autograder.notebook.run import run
from autograder.student import CellOutcome, StudentProcess


def cells(*sources: str) -> Notebook:
    return Notebook(cells=tuple(Cell(number, source) for number, source in enumerate(sources, 1)))


@pytest.fixture
def process() -> Iterator[StudentProcess]:
    with StudentProcess.spawn(limits=Limits(cell=1.0)) as process:
        yield process


def test_cells_run_in_order_and_errors_do_not_stop_them(process: StudentProcess) -> None:
    outcomes = run(cells("x = [1]", "x.append(2)\n1 / 0", "print('out')\nx"), process)
    assert [outcome.number for outcome in outcomes] == [1, 2, 3]
    assert [outcome.error and outcome.error.type for outcome in outcomes] == [None, "ZeroDivisionError", None]
    assert [output["output_type"] for output in outcomes[2].outputs] == ["stream", "execute_result"]
    assert process.student.x == [1, 2]


def test_skipped_cells_do_not_run_and_keep_their_numbers(process: StudentProcess) -> None:
    outcomes = run(cells("x = 1", "x = 2", "1 / 0"), process, skip={2})
    assert [outcome.number for outcome in outcomes] == [1, 3]
    assert process.student.x == 1
    assert outcomes[1].error is not None
    assert outcomes[1].error.where is not None
    assert outcomes[1].error.where.cell == 3


@pytest.mark.parametrize(
    ("source", "code"),
    [("while True: pass", "timeout-cell"), ("import os; os._exit(0)", "died")],
)
def test_a_stopped_process_leaves_what_there_was(process: StudentProcess, source: str, code: str) -> None:
    outcomes: list[CellOutcome] = []
    with pytest.raises(StudentStopped) as caught:
        run(cells("print('first')", f"print('second', flush=True)\n{source}", "x = 1"), process, outcomes)
    assert caught.value.code == code
    assert caught.value.where is not None
    assert caught.value.where.cell == 2
    assert [(outcome.number, outcome.stopped) for outcome in outcomes] == [(1, ""), (2, code)]
    assert outcomes[1].outputs[0]["text"] == "second\n"


def test_an_empty_notebook_has_no_outcomes(process: StudentProcess) -> None:
    assert run(cells(), process) == []


def test_it_runs_where_an_event_loop_runs_already(process: StudentProcess) -> None:
    async def grade() -> list[CellOutcome]:
        return run(cells("x = 1"), process)

    assert len(asyncio.run(grade())) == 1


def test_it_runs_in_a_thread(process: StudentProcess) -> None:
    results: list[list[CellOutcome]] = []
    thread = threading.Thread(target=lambda: results.append(run(cells("x = 1"), process)))
    thread.start()
    thread.join()
    assert len(results[0]) == 1


def test_ctrl_c_ends_the_run_at_once(process: StudentProcess) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(cells("import time; time.sleep(0.9)"), process)
    timer.join()
    assert not process.alive


def test_it_leaves_no_warning_and_no_thread() -> None:
    """With every warning an error, at exit too."""
    script = (
        "import threading\n"
        "from autograder.notebook.read import Cell, Notebook\n"
        "from autograder.notebook.run import run\n"
        "from autograder.student import StudentProcess\n"
        "with StudentProcess.spawn() as process:\n"
        "    run(Notebook(cells=(Cell(1, '1'), Cell(2, '1/0'))), process)\n"
        "assert threading.active_count() == 1\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
