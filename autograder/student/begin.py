"""How a student process begins, from its start to its first answer."""

from __future__ import annotations

import json
import math
import os
import random
import socket
import sys
import traceback
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from autograder.student.kernel import Kernel
from autograder.student.workplace import remove

SEED = 0
"""Of the random numbers of a notebook that sets no seed of its own."""


def spawned(arguments: list[str]) -> None:
    """Entry of a fresh process; ``arguments`` come from ``autograder.isolation.launch``."""
    settings = json.loads(arguments[0])
    if sys.platform == "win32":
        sock = socket.fromshare(sys.stdin.buffer.read(settings["share"]))
    else:
        sock = socket.socket(fileno=settings["descriptor"])
        sock.set_inheritable(False)
    try:
        prepare(settings["package_root"], settings["preload"])
        serve(sock, settings["limits"], dies_with_parent=settings["dies_with_parent"])
    except BaseException:  # noqa: BLE001 - the grader reads why
        traceback.print_exc(file=sys.__stderr__)
        sys.exit(1)
    remove(Path(settings["directory"]))  # the grader was killed and cannot do it
    os._exit(0)


def prepare(package_root: str, preload: Iterable[str]) -> None:
    """Import what notebooks are likely to use, while no limit is in force yet.

    Only the installed packages are left on ``sys.path``: a source checkout of this package has the course's
    tests beside it.
    """
    sys.argv[:] = [""]
    if Path(package_root).name not in ("site-packages", "dist-packages"):
        sys.path[:] = [
            entry for entry in sys.path if not entry or Path(entry).resolve() != Path(package_root)
        ]
    for module in preload:
        import_module(module)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(SEED)  # for all devices, which takes milliseconds: before a fork, not after each


def serve(sock: socket.socket, limits: Mapping[str, float], *, dies_with_parent: bool) -> None:
    """Answer calls until the grader is gone; modules are found in the working directory first.

    Args:
        sock: the student's end of the channel.
        limits: fields of ``course.Limits``.
        dies_with_parent: see ``Kernel``.
    """
    sys.path.insert(0, str(Path.cwd()))
    _seed()
    kernel = Kernel(sock, int(limits["answer"]), dies_with_parent=dies_with_parent)
    if sys.platform == "linux":
        _limit(int(limits["memory"]), limits["total"])
    kernel.serve()


def _limit(memory: int, seconds: float) -> None:
    """Let this process have so much memory beyond what it has; only privilege could undo it."""
    import resource

    from autograder.isolation.privileges import limit

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    processors = os.cpu_count() or 1
    limit(
        {
            resource.RLIMIT_AS: pages * resource.getpagesize() + memory,
            resource.RLIMIT_CORE: 1,  # 0 would still start a program that collects cores
            # for the case that the grader itself is killed: whatever computes for ever then ends some time
            resource.RLIMIT_CPU: math.ceil(seconds) * processors + 60,
        }
    )


def _seed() -> None:
    """The same numbers in every run, for notebooks that draw some without a seed of their own.

    A grade would be a matter of luck otherwise, and children of one process would share theirs.
    """
    random.seed(SEED)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(SEED)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(SEED)  # of the processor; see ``prepare``
