"""What cells show is kept within bounds, at a bounded cost to the grader."""

from __future__ import annotations

import time

from autograder.student import StudentProcess
from autograder.student.outputs import MAX_ITEMS, MAX_NOTEBOOK, Outputs


def test_many_updates_of_many_displays_take_no_time() -> None:
    count = 10_000
    outputs = Outputs(1)
    started = time.process_time()
    outputs.add([("display", {"text/plain": "0"}, "same", False)] * count)
    outputs.add([("display", {"text/plain": "1"}, "same", True)] * count)
    assert time.process_time() - started < 2
    kept = outputs.finished()
    assert len(kept) == MAX_ITEMS
    assert {output["data"]["text/plain"] for output in kept} == {"1"}


def test_displays_that_were_cleared_are_forgotten() -> None:
    outputs = Outputs(1)
    started = time.process_time()
    outputs.add([("display", {}, "same", False), ("clear", False)] * 10_000)
    outputs.add([("display", {}, "same", True)] * 10_000)
    assert time.process_time() - started < 2
    assert outputs.finished() == ()


def test_many_cells_together_leave_a_bounded_amount() -> None:
    source = "from IPython.display import HTML, display\ndisplay(HTML('x' * (2**21 - 300)))"
    with StudentProcess.spawn() as process:
        outcomes = [process.execute(number, source) for number in range(1, 21)]
    kept = [len(output["data"].get("text/html", "")) for cell in outcomes for output in cell.outputs]
    assert kept[0] == 2**21 - 300
    assert sum(kept) <= MAX_NOTEBOOK
