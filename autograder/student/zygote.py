"""What runs inside: a process that has imported everything and forks a student process for each notebook.

It is begun with a clean environment, knows no test and no submission, and runs no code of a student; that is
for its grandchildren. It forks twice: the process in between ends at once, which makes the student process a
child of the grader. A fork is safe only while there is one thread (the locks of the others would never be
released) and while CUDA is untouched, so that is looked at before each one.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.isolation.fence import Fence
from autograder.isolation.lockdown import close_in, entrances, meter, separate
from autograder.student.begin import prepare, serve
from autograder.student.shell import CellShell
from autograder.student.streams import Outbox
from autograder.student.workplace import remove

MAX_REQUEST = 2**16
_TRIAL_SECONDS = 60
_MAX_REASON = 4000
_LARGE_PAGE = 2 * 2**20
_MADV_COLLAPSE = 25


def main(arguments: list[str]) -> None:
    """Entry of the process; ``arguments`` come from ``autograder.isolation.warm``."""
    settings = json.loads(arguments[0])
    control = socket.socket(fileno=settings["descriptor"])
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's business
    try:
        prepare(settings["package_root"], settings["preload"])
        if settings["warm"]:
            _warm_up()
            _try_a_child()
        gc.collect()
        gc.freeze()  # a collection in a child would copy every page that it marks
        if settings["warm"]:
            _use_large_pages()
        _require_forkable()
        _say(control, {})
    except BaseException:  # noqa: BLE001 - the grader reads why
        _say(control, {"trouble": traceback.format_exc(limit=-3)})
        os._exit(1)
    _answer(control, [settings["directory"]])
    os._exit(0)


def _answer(control: socket.socket, directories: list[str]) -> None:
    """Fork a student process for each request; returns when the grader is gone."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
        if not message:
            break
        request = json.loads(message)
        directories[1:] = [*filter(os.path.exists, directories[1:]), request["directory"]]
        try:
            _require_forkable()
            answer: dict[str, Any] = {"pid": _fork(control, request, *descriptors)}
        except _Refused as refused:
            answer = {"refused": str(refused)}
        except Exception:  # noqa: BLE001 - the grader reads why
            answer = {"trouble": traceback.format_exc(limit=-3)}
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        _say(control, answer)
    for directory in directories:  # the grader was killed and cannot do it
        remove(Path(directory))


class _Refused(Exception):  # noqa: N818 - says what happened
    """The system does not let a process be fenced like that; one sentence."""


def _say(control: socket.socket, answer: dict[str, Any]) -> None:
    control.send(json.dumps(answer).encode()[:MAX_REQUEST])


def _require_forkable() -> None:
    """Raise if a child might hang or fail for reasons that are not its own."""
    if (threads := len([*Path("/proc/self/task").iterdir()])) != 1:
        raise RuntimeError(f"the process has {threads} threads and cannot be forked safely")
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        raise RuntimeError("the process has initialised CUDA, which its children could not use")


def _fork(control: socket.socket, request: dict[str, Any], channel: int, output: int, word: int) -> int:
    """Fork a student process that has no parent here; returns its number."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as told:
        between = os.fork()
        if not between:
            _exit_after(lambda: _between(control, request, channel, output, word, writer))
        os.close(writer)
        answer = told.read().decode("utf-8", "replace")
    os.waitpid(between, 0)
    if not answer:
        raise RuntimeError("the process between ended without a word")
    if not answer.isdecimal():
        raise _Refused(answer)
    return int(answer)


def _between(
    control: socket.socket, request: dict[str, Any], channel: int, output: int, word: int, writer: int
) -> None:
    control.close()
    os.dup2(output, 2)
    fence = Fence.from_json(request["fence"])
    student = 0
    try:
        doors = entrances(fence)
        separate(fence)
        student = os.fork()
        if not student:
            for descriptor in (writer, *doors):
                os.close(descriptor)
            _exit_after(lambda: _student(request, fence, channel, output, word))
        meter(fence, doors, student)
    except OSError as error:
        if student:
            os.kill(student, signal.SIGKILL)
            os.waitpid(student, 0)
        os.write(writer, (error.strerror or str(error)).encode()[:_MAX_REASON])
        return
    os.write(writer, str(student).encode())


def _student(request: dict[str, Any], fence: Fence, channel: int, output: int, word: int) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, descriptor)
    os.close(nothing)
    os.close(output)
    directory = str(close_in(fence, Path(request["directory"]), lambda: _await(word)))
    os.environ.clear()
    for name, value in request["environment"].items():
        os.environ[name] = value.replace(request["directory"], directory)
    tempfile.tempdir = None
    os.chdir(Path(directory, "work"))
    serve(socket.socket(fileno=channel), request["limits"], dies_with_parent=True)
    remove(Path(request["directory"]))  # the grader was killed and cannot do it


def _await(word: int) -> None:
    """Wait for the grader, who speaks when the process is in its control groups and in good hands."""
    with os.fdopen(word, "rb") as waiting:
        if not waiting.read():
            os._exit(0)  # it has given this one up


def _exit_after(work: Callable[[], None]) -> NoReturn:
    """Do the work of a forked child, which must never come back into its parent's code."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the grader reads why
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _warm_up() -> None:
    """Have done once what is slow the first time and leaves nothing behind that a notebook could notice."""
    shell = CellShell.create(Outbox(lambda *_: None))
    shell.run_numbered(1, "None")
    CellShell.clear_instance()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    if "torch" in sys.modules:
        train()


def train() -> None:
    """A step of training; torch imports half of itself with the first optimizer."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 2)
    )
    x, labels = torch.ones(4, 1, 8, 8), torch.tensor([0, 1, 0, 1])
    for optimizer in (torch.optim.SGD(network.parameters(), 0.1), torch.optim.Adam(network.parameters())):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _use_large_pages() -> None:
    """Gather the memory in use in pages of 2 MiB: a fork copies an entry for each page, whatever its size.

    A child that writes to one copies 4 KiB of it, as ever.
    """
    madvise = ctypes.CDLL(None).madvise
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, inode, *_ = line.split()
        start, end = (int(address, 16) for address in addresses.split("-"))
        start, end = -(-start // _LARGE_PAGE) * _LARGE_PAGE, end // _LARGE_PAGE * _LARGE_PAGE
        if rights == "rw-p" and inode == "0" and start < end:
            # refused before Linux 6.1, and where no such page is free: then it stays as it is
            madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def _try_a_child() -> None:
    """Fork once and work in the child, to learn now and not from a student's time-out that it would hang."""
    child = os.fork()
    if not child:
        signal.alarm(_TRIAL_SECONDS)
        _exit_after(_warm_up)
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"a forked child {os.waitstatus_to_exitcode(status)} could not do its work")
