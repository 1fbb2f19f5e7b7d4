from __future__ import annotations

import time
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from autograder.errors import StudentError
from autograder.verdict import Where

if TYPE_CHECKING:
    from autograder.student import CellOutcome, StudentProcess
    from tests.student.conftest import Opener


def run(process: StudentProcess, source: str, number: int = 1) -> CellOutcome:
    return process.execute(number, dedent(source))


def text(outcome: CellOutcome) -> str:
    return "".join(output["text"] for output in outcome.outputs if output["output_type"] == "stream")


def test_outputs_are_kept_in_order(shared: StudentProcess) -> None:
    outcome = run(
        shared, "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c', flush=True)\n1 + 1", 4
    )
    assert outcome.outputs == (
        {"output_type": "stream", "name": "stdout", "text": "a\n"},
        {"output_type": "stream", "name": "stderr", "text": "b\n"},
        {"output_type": "stream", "name": "stdout", "text": "c\n"},
        {"output_type": "execute_result", "execution_count": 4, "data": {"text/plain": "2"}, "metadata": {}},
    )
    assert outcome.error is None


@pytest.mark.usefixtures("may_fork")
def test_what_programs_and_libraries_write_is_kept(shared: StudentProcess) -> None:
    """Output past Python's own streams, of children too."""
    outcome = run(
        shared, "import os, subprocess\nos.write(1, b'raw\\n')\nsubprocess.run(['echo', 'child'])\nNone"
    )
    assert text(outcome) == "raw\nchild\n"


def test_text_is_stripped_of_terminal_codes_and_cut(shared: StudentProcess) -> None:
    outcome = run(
        shared, r"print('\x1b[31mred\x1b[0m\x07 \u202eevil'); print('1%\r2%\r100%'); print('x' * 200_000)"
    )
    kept = text(outcome)
    assert kept.startswith("red evil\n100%\nxxx")
    assert len(kept) < 70_000
    assert kept.endswith("[the rest of this output is not kept]\n")


def test_figures_are_shown_by_the_inline_backend(shared: StudentProcess) -> None:
    pytest.importorskip("matplotlib")
    for magic in ("", "%matplotlib inline\n", "%matplotlib widget\n"):
        outcome = run(shared, magic + "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
        assert outcome.error is None
        assert [o["data"].keys() for o in outcome.outputs] == [{"text/plain", "image/png"}]
        assert outcome.outputs[0]["data"]["image/png"].startswith("iVBOR")


def test_displays_can_be_updated_and_cleared(shared: StudentProcess) -> None:
    outcome = run(
        shared,
        """
        from IPython.display import HTML, clear_output, display
        print("gone")
        clear_output()
        handle = display(HTML("<b>1</b>"), display_id=True)
        handle.update(HTML("<b>2</b>"))
        """,
    )
    assert [output["data"]["text/html"] for output in outcome.outputs] == ["<b>2</b>"]


def test_magics_and_top_level_await_work(shared: StudentProcess) -> None:
    source = "%%time\nx = 5"
    assert run(shared, source).error is None
    assert (
        run(shared, "import asyncio\nawait asyncio.sleep(0)\nget_ipython() is not None and x").error is None
    )
    assert shared.student.x == 5


def test_an_error_names_cell_line_and_source(shared: StudentProcess) -> None:
    run(shared, "\n\ndef f(x):\n    y = x\n    return 1 / y  # here\n", 7)
    outcome = run(shared, "print('before')\nf(0)", 8)
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("ZeroDivisionError", "division by zero")
    assert outcome.error.where == Where(cell=7, line=5, source="return 1 / y  # here")
    assert outcome.outputs[0]["text"] == "before\n"
    assert outcome.outputs[1]["ename"] == "ZeroDivisionError"
    assert 'File "<cell 8>", line 2' in "\n".join(outcome.outputs[1]["traceback"])


def test_an_error_below_a_library_is_placed_at_the_students_line(shared: StudentProcess) -> None:
    outcome = run(shared, "import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))", 3)
    assert outcome.error is not None
    assert outcome.error.where == Where(cell=3, line=2, source="np.linalg.inv(np.zeros((2, 2)))")
    assert "site-packages" not in str(outcome.outputs)


@pytest.mark.parametrize(
    ("source", "type_", "line"),
    [
        ("x = 1\ndef f(:", "SyntaxError", 2),
        ("if True:\nx", "IndentationError", 2),
        ("import sys\nsys.exit(0)", "SystemExit", 2),
        ("exit", "SystemExit", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("raise GeneratorExit", "GeneratorExit", 1),
        ("def f(): f()\nf()", "RecursionError", 1),
        ("input('?')", "RuntimeError", 1),
        ("raise NotImplementedError('2.1')", "NotImplementedError", 1),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E", 3),
        ("import numpy as np\nnp.ones(10**12)", "MemoryError", 2),
        ("undefined", "NameError", 1),
    ],
)
def test_a_cell_that_fails_costs_that_cell_only(
    shared: StudentProcess, source: str, type_: str, line: int
) -> None:
    outcome = run(shared, source, 2)
    assert outcome.error is not None
    assert outcome.error.type == type_
    assert outcome.error.where is not None
    assert (outcome.error.where.cell, outcome.error.where.line) == (2, line)
    assert run(shared, "'still here'").outputs[0]["data"] == {"text/plain": "'still here'"}


def test_asking_for_input_says_so_at_once(shared: StudentProcess) -> None:
    started = time.monotonic()
    error = run(shared, "input()").error
    assert error is not None
    assert "input" in error.message
    assert time.monotonic() - started < 5


def test_messages_are_cut_and_cleaned(shared: StudentProcess) -> None:
    error = run(shared, r"raise type('T' * 500, (Exception,), {})('\x1b[1mbold\x00' + 'x' * 10_000)").error
    assert error is not None
    assert len(error.type) <= 100
    assert 1900 < len(error.message) <= 2000
    assert error.message.startswith("boldxxx")


def test_a_forged_place_is_dropped(shared: StudentProcess) -> None:
    """A line that the notebook does not have is not shown, whatever the process says."""
    for name, where in (("<cell 77>", None), ("<cell 9>", Where(cell=9))):
        error = run(shared, f"exec(compile('\\n' * 50 + 'boom', {name!r}, 'exec'))", 9).error
        assert error is not None
        assert error.where in (
            where,
            Where(cell=9, line=1, source=f"exec(compile('\\n' * 50 + 'boom', {name!r}, 'exec'))"),
        )


def test_a_thread_that_prints_all_the_time_is_harmless(notebook: Opener) -> None:
    process = notebook(
        """
        import threading, time
        stop = False
        def chatter():
            while not stop:
                print("psst")
        threads = [threading.Thread(target=chatter, daemon=True) for _ in range(3)]
        for thread in threads: thread.start()
        def double(x):
            time.sleep(0.0005)
            return 2 * x
        """,
        output=2**30,
    )
    assert [process.student.double(i) for i in range(50)] == [2 * i for i in range(50)]


def test_what_is_printed_between_calls_comes_with_the_next(notebook: Opener) -> None:
    process = notebook(
        """
        import threading
        go, done = threading.Event(), threading.Event()
        def later():
            go.wait()
            print("late")
            done.set()
        threading.Thread(target=later, daemon=True).start()
        """
    )
    assert "late" in text(process.execute(2, "go.set()\nassert done.wait(5)"))


@pytest.mark.usefixtures("may_fork")
def test_a_forked_child_does_not_answer_in_its_parents_place(notebook: Opener) -> None:
    """A child that falls out of its cell prints, ends, and leaves the channel alone."""
    process = notebook("import os\nanswer = 1")
    outcome = process.execute(
        2,
        "pid = os.fork()\nif pid == 0:\n    print('child')\n    answer = 2\nelse:\n    os.waitpid(pid, 0)",
    )
    assert outcome.error is None
    assert text(outcome) == "child\n"
    assert process.student.answer == 1


@pytest.mark.usefixtures("may_fork")
def test_worker_processes_of_the_notebook_work(notebook: Opener) -> None:
    process = notebook(
        """
        import multiprocessing
        def square(x): return x * x
        with multiprocessing.get_context("fork").Pool(2) as pool:
            squares = pool.map(square, range(5))
        """
    )
    assert process.student.squares == [0, 1, 4, 9, 16]


def test_printing_while_a_signal_interrupts_keeps_frames_whole(notebook: Opener) -> None:
    process = notebook(
        """
        import signal
        signal.signal(signal.SIGALRM, lambda *_: print("tick" * 10))
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        """
    )
    outcome = process.execute(
        2, "for i in range(3000): print('x' * 100)\nsignal.setitimer(signal.ITIMER_REAL, 0)"
    )
    assert outcome.error is None


@pytest.mark.parametrize("kind", ["KeyError", "RuntimeError", "ValueError"])
def test_a_message_that_cannot_be_made_does_not_end_the_process(shared: StudentProcess, kind: str) -> None:
    source = f"class Mute:\n    def __repr__(self): raise OSError\ndef fail(): raise {kind}(Mute())"
    assert run(shared, source).error is None
    with pytest.raises(StudentError, match=f"^{kind}"):
        shared.student.fail()
