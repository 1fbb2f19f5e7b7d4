"""A submission that says that it is being graded, and waits until it may go on."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.cluster.dask_cluster import until
from tests.demo import SOLVED

_CELL = """
import os, time
with open({here!r} + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename({here!r} + ".new", {here!r})
while not os.path.exists({gate!r}):
    time.sleep(0.02)
"""


class Waiting:
    """Its cells, and what a test does with it.

    Args:
        folder: where it can leave word; it must not be fenced.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._here, self._gate = folder / "here", folder / "gate"
        self.cells = [_CELL.format(here=str(self._here), gate=str(self._gate)), *SOLVED]

    def process(self) -> psutil.Process:
        """Its process, as soon as it is being graded."""
        until(self._here.exists)
        return psutil.Process(int(self._here.read_text()))

    def workers(self) -> tuple[psutil.Process, psutil.Process]:
        """Our worker that grades it, and Dask's above that."""
        line = self.process().parents()
        nanny = next(i for i, one in enumerate(line) if "distributed.cli.dask_worker" in one.cmdline())
        return line[nanny - 2], line[nanny - 1]

    def go(self) -> None:
        """Let it go on, now and whenever it is graded again."""
        self._gate.touch()
