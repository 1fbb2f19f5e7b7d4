"""Loaded by every process of a batch under test at its start; the environment says what is to go wrong.

FAULT_KILL_AT=N     the driver is killed at the N-th moment in which it stores something
FAULT_COUNT=FILE    the driver writes there how many such moments there were
FAULT_CLOCK=1       the time of day jumps at each look at it, by up to a day, back and forth
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from types import FrameType
from typing import Any

_STORING = (
    "autograder/grading/gradebook.py",
    "autograder/grading/gradebook_format.py",
    "autograder/grading/kept.py",
    "autograder/reports/json_file.py",
)
_FILES = ("open", "os.", "shutil.", "tempfile.", "sqlite3.")


class _Moments:
    """Counts what the main thread calls to store something: each call's beginning and its end."""

    def __init__(self, out: str, last: int) -> None:
        self.count = 0
        self._out = out
        self._last = last

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FILES) and arguments and str(arguments[0]).startswith(self._out):
            self._tick()

    def profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("c_call", "c_return") and frame.f_code.co_filename.endswith(_STORING):
            self._tick()

    def _tick(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def count_moments(out: str, last: int) -> _Moments:
    """Count from now on in which this process stores something in ``out``, and kill it at the last one."""
    moments = _Moments(out, last)
    sys.addaudithook(moments.audit)
    sys.setprofile(moments.profile)
    return moments


def _count_in_driver() -> None:
    if "--out" not in sys.orig_argv:
        return
    out = sys.orig_argv[sys.orig_argv.index("--out") + 1]
    moments = count_moments(out, int(os.environ.get("FAULT_KILL_AT", "0")))
    if file := os.environ.get("FAULT_COUNT"):

        def tell() -> None:
            with open(file, "w") as report:  # noqa: PTH123 - pathlib is what is looked at
                report.write(str(moments.count))

        atexit.register(tell)


def _let_the_clock_jump() -> None:
    import datetime
    import itertools
    import time

    import psutil

    jumps = itertools.cycle((0.0, 86_400.0, -86_400.0, 3_600.0, -7.0))
    now, since_boot = time.time, psutil.boot_time
    time.time = lambda: now() + next(jumps)
    time.time_ns = lambda: int(time.time() * 1e9)

    class Jumping(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.fromtimestamp(time.time(), tz)

    datetime.datetime = Jumping  # type: ignore[misc]
    psutil._psplatform.boot_time = lambda: since_boot() + next(jumps)  # as /proc/stat tells it after a jump


if "FAULT_KILL_AT" in os.environ or "FAULT_COUNT" in os.environ:
    _count_in_driver()
if "FAULT_CLOCK" in os.environ:
    _let_the_clock_jump()
