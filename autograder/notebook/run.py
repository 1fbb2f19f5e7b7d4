"""Running a notebook's cells in a student process, driven by nbclient.

nbclient asks little of a kernel: a manager that gives a client, and a client that executes and has two
channels of messages. ``execute`` of the client here runs the whole cell over the student process's own
channel and leaves the messages for nbclient to find, so nothing polls and nothing waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from nbclient import NotebookClient
from nbformat import v4

from autograder.errors import StudentStopped

if TYPE_CHECKING:
    from autograder.notebook.read import Cell, Notebook
    from autograder.student import CellOutcome, StudentProcess

Message = dict[str, Any]


def run(
    notebook: Notebook,
    process: StudentProcess,
    outcomes: list[CellOutcome] | None = None,
    *,
    skip: Collection[int] = frozenset(),
) -> list[CellOutcome]:
    """Run the cells in order; one that fails does not keep the next from running.

    Args:
        notebook: the cells.
        process: where they run.
        outcomes: a list to append to, for whoever wants what there is when the process is stopped.
        skip: numbers of cells that are left out.

    Raises:
        StudentStopped: the process was ended; ``where.cell`` is the cell, and its outcome is the last.
    """
    outcomes = [] if outcomes is None else outcomes
    cells = [cell for cell in notebook.cells if cell.number not in skip]
    kernel = _Kernel(process, cells, outcomes)
    document = v4.new_notebook(cells=[v4.new_code_cell(cell.source) for cell in cells])
    client = NotebookClient(
        document,
        km=kernel,  # type: ignore[arg-type]  # it has the methods that nbclient uses
        allow_errors=True,
        force_raise_errors=False,
        record_timing=False,
        store_widget_state=False,
    )
    _complete(_drive(client))
    return outcomes


async def _drive(client: NotebookClient) -> None:
    await client.async_start_new_kernel_client()
    for index, cell in enumerate(client.nb.cells):
        await client.async_execute_cell(cell, index)


def _complete(work: Coroutine[Any, Any, None]) -> None:
    """Complete ``work`` on an event loop of its own, which leaves Ctrl-C alone."""

    def complete() -> None:
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(work)
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
            loop.close()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        complete()
    else:  # called from a notebook or an asynchronous test: a thread has one loop at most
        with ThreadPoolExecutor(1) as pool:
            pool.submit(complete).result()


class _Channel:
    """Messages in order of arrival."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()

    def put(self, parent: str, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": f"{parent}-{len(self._messages)}", "msg_type": kind}
        self._messages.append(
            {
                "header": header,
                "msg_type": kind,
                "parent_header": {"msg_id": parent},
                "content": content,
                "metadata": {},
            }
        )

    async def get_msg(self, timeout: float | None = None) -> Message:  # noqa: ARG002
        return self._messages.popleft()


class _Kernel:
    """Kernel manager and kernel client in one."""

    has_kernel = True

    def __init__(self, process: StudentProcess, cells: list[Cell], outcomes: list[CellOutcome]) -> None:
        self.shell_channel = _Channel()
        self.iopub_channel = _Channel()
        self.allow_stdin = False
        self._process = process
        self._cells = iter(cells)
        self._outcomes = outcomes

    def client(self) -> _Kernel:
        return self

    def start_channels(self) -> None:
        """There is nothing to connect."""

    def stop_channels(self) -> None:
        """There is nothing to close."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """The process was ready before."""

    async def is_alive(self) -> bool:
        return self._process.alive

    def execute(self, code: str, **_: Any) -> str:
        """Run the next cell to its end."""
        cell = next(self._cells)
        try:
            outcome = self._process.execute(cell.number, code)
        except StudentStopped:
            if self._process.interrupted is not None:
                self._outcomes.append(self._process.interrupted)
            raise
        self._outcomes.append(outcome)
        request = f"cell-{cell.number}"
        for output in outcome.outputs:
            content = {key: value for key, value in output.items() if key != "output_type"}
            self.iopub_channel.put(request, output["output_type"], content)
        self.iopub_channel.put(request, "status", {"execution_state": "idle"})
        status: dict[str, Any] = {"status": "ok", "execution_count": cell.number}
        if outcome.error is not None:
            status |= {
                "status": "error",
                "ename": outcome.error.type,
                "evalue": outcome.error.message,
                "traceback": [],
            }
        self.shell_channel.put(request, "execute_reply", status)
        return request
