"""Runs inside a student process of the probe: taking more than is allowed of what all share."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.doctor import steps

if TYPE_CHECKING:
    from autograder.doctor.steps import Facts, Way

_HOLD_SECONDS = 0.5


def memory(facts: Facts) -> Iterator[Way]:
    """Hold more memory than it may, in one process."""
    wanted = facts["bytes"]

    def map_shared() -> bool:
        return steps.fill(mmap.mmap(-1, wanted, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))

    def map_private() -> bool:
        return steps.fill(mmap.mmap(-1, wanted, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))

    def without_limit() -> bool:
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            try:
                resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except ValueError as error:  # "not allowed to raise maximum limit"
                raise OSError(errno.EPERM, str(error)) from None
        return map_private()

    def memory_file() -> bool:
        with open(os.memfd_create("x"), "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
            return steps.write_out(file.fileno(), wanted)

    yield "a private mapping", map_private
    yield "a shared mapping", map_shared
    yield "a private mapping after raising the limit", without_limit
    yield "a file in memory", memory_file
    yield "System V shared memory", lambda: steps.system_v(wanted)


def memory_together(facts: Facts) -> Iterator[Way]:
    """Hold more memory than it may, in several processes, each of which stays below."""

    def hold() -> bool:
        def work() -> mmap.mmap:
            mapping = mmap.mmap(-1, facts["each"], mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            steps.fill(mapping)
            return mapping

        with steps.children(facts["processes"], work) as ready:
            time.sleep(_HOLD_SECONDS)
            return bool(ready == facts["processes"])

    yield "several processes", hold


def files(facts: Facts) -> Iterator[Way]:
    """Fill the disk: space that is set aside costs no time."""

    def fill() -> bool:
        made = []
        try:
            for number in range(-(-facts["bytes"] // (4 * steps.STEP))):
                name = f"{facts['token']}-{number}"
                descriptor = os.open(name, os.O_WRONLY | os.O_CREAT)
                made.append(name)
                try:
                    os.posix_fallocate(descriptor, 0, 4 * steps.STEP)
                finally:
                    os.close(descriptor)
        finally:
            for name in made:
                Path(name).unlink()
        return True

    yield "large files", fill


def inodes(facts: Facts) -> Iterator[Way]:
    """Use up the places for files."""

    def fill() -> bool:
        folder = Path(facts["token"])
        folder.mkdir()
        handle = os.open(folder, os.O_RDONLY)
        made = 0
        try:
            for made in range(facts["count"]):
                os.close(os.open(str(made), os.O_WRONLY | os.O_CREAT, dir_fd=handle))
        finally:
            for number in range(made + 1):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(str(number), dir_fd=handle)
            os.close(handle)
            folder.rmdir()
        return True

    yield "many files", fill


def open_files(facts: Facts) -> Iterator[Way]:
    """Open too many files."""

    def fill() -> bool:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        made = []
        try:
            for _ in range(facts["count"]):
                made.append(os.open("/dev/null", os.O_RDONLY))  # noqa: PERF401 - those so far are closed
        finally:
            for descriptor in made:
                os.close(descriptor)
        return True

    yield "many descriptors", fill


def processes(facts: Facts) -> Iterator[Way]:
    """Start too many processes; most of the room is taken by threads, which start faster."""

    def start() -> bool:
        with steps.threads(facts["threads"]), steps.children(facts["processes"], lambda: None) as ready:
            return bool(ready == facts["processes"])

    yield "fork", start


def threads(facts: Facts) -> Iterator[Way]:
    """Start too many threads."""

    def start() -> bool:
        with steps.threads(facts["count"]):
            return True

    yield "threads", start
