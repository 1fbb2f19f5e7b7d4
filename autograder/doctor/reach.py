"""Runs inside a student process of the probe: ways past its walls, to files, processes and servers."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.doctor import steps
from autograder.isolation.syscalls import call

if TYPE_CHECKING:
    from autograder.doctor.steps import Facts, Way

_F_SETSIG = 10
_PTRACE_ATTACH = 16
_PR_SET_NAME = 15
_DAEMON_SECONDS = 30


def read(facts: Facts) -> Iterator[Way]:
    """Read files of the grader."""
    for path in facts["files"]:
        yield f"opening {path}", partial(steps.read, path)
        yield f"a link to {path}", partial(steps.through_link, path)
        for around in ("/proc/self/root", "/proc/1/root", f"/proc/{facts['grader']}/root"):
            yield f"opening {around}{path}", partial(steps.read, around + path)
        yield f"the program cat, for {path}", partial(steps.output_of, "cat", path)


def list_folders(facts: Facts) -> Iterator[Way]:
    """List folders of the grader."""
    for path in facts["folders"]:
        yield f"listing {path}", partial(os.listdir, path)
        yield f"the program ls, for {path}", partial(steps.output_of, "ls", path)
        around = f"/proc/{facts['grader']}/root{path}"
        yield f"listing {around}", partial(os.listdir, around)


def change(facts: Facts) -> Iterator[Way]:
    """Change a file of the grader and the folder that it lies in."""
    file, token = Path(facts["canary"]), facts["token"]
    yield "changing its time", lambda: os.utime(file, (1, 1))
    yield "changing its mode", lambda: file.chmod(0o777)
    yield "appending to it", lambda: steps.write(file, os.O_WRONLY | os.O_APPEND)
    yield "emptying it", lambda: os.truncate(file, 0)
    yield "emptying it on opening", lambda: os.close(os.open(file, os.O_RDONLY | os.O_TRUNC))
    yield "writing to it", lambda: steps.write(file, os.O_WRONLY)
    yield "another file beside it", lambda: steps.write(file.with_name(token), os.O_WRONLY | os.O_CREAT)
    yield "a folder beside it", lambda: file.with_name(f"{token}-folder").mkdir()
    yield "a link beside it", lambda: file.with_name(f"{token}-link").symlink_to("anything")
    yield "renaming it", lambda: file.rename(file.with_name(f"{token}-moved"))
    yield "deleting it", file.unlink


def create(facts: Facts) -> Iterator[Way]:
    """Leave a file in places that are not its own."""
    for place in facts["places"]:
        path = Path(place, facts["name"])
        yield f"a file in {place}", partial(steps.write, path, os.O_WRONLY | os.O_CREAT)


def settings(facts: Facts) -> Iterator[Way]:
    """Open settings of the system for writing, without writing."""
    for path in facts["settings"]:
        yield path, partial(steps.open_to_write, path)


def see(facts: Facts) -> Iterator[Way]:
    """See a process of the grader."""
    for name in ("cmdline", "status", "maps", "environ"):
        path = f"/proc/{facts['victim']}/{name}"
        yield f"reading {path}", partial(steps.read, path)
    yield "signal 0", partial(steps.signal_zero, facts["victim"])


def trace(facts: Facts) -> Iterator[Way]:
    """Reach into a process of the grader."""
    victim, address = facts["traced"], facts["address"]

    def read_memory() -> int:
        buffer = ctypes.create_string_buffer(4)
        local = struct.pack("=QQ", ctypes.addressof(buffer), 4)
        remote = struct.pack("=QQ", address, 4)
        return call("process_vm_readv", victim, local, 1, remote, 1, 0)

    def open_memory() -> bytes:
        with open(f"/proc/{victim}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - unbuffered
            memory.seek(address)
            return memory.read(4)

    yield "process_vm_readv", read_memory
    yield "its memory as a file", open_memory
    yield "its open file", lambda: call("pidfd_getfd", os.pidfd_open(victim), 0, 0)
    yield "ptrace", lambda: call("ptrace", _PTRACE_ATTACH, victim, 0, 0) == 0


def restrict(facts: Facts) -> Iterator[Way]:
    """Put limits on a process of the grader."""
    victim = facts["limited"]
    yield "prlimit", lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (64, 64))
    yield "setpriority", lambda: os.setpriority(os.PRIO_PROCESS, victim, 19)
    yield "sched_setscheduler", lambda: os.sched_setscheduler(victim, os.SCHED_BATCH, os.sched_param(0))
    yield "its choice when memory is short", lambda: Path(f"/proc/{victim}/oom_score_adj").write_text("1000")


SIGNALS = ("kill", "tgkill", "sigqueue", "a descriptor for it", "notices of a socket")
"""Ways of ``strike``; each has a victim of its own."""


def strike(facts: Facts) -> Iterator[Way]:
    """Kill processes of the grader."""

    def by_socket(victim: int) -> None:
        ours, theirs = socket.socketpair()
        fcntl.fcntl(ours, fcntl.F_SETOWN, victim)
        fcntl.fcntl(ours, _F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
        theirs.send(b"x")

    def queue(victim: int) -> None:
        steps.check(steps.LIBC.sigqueue(victim, int(signal.SIGKILL), ctypes.c_void_p(0)))

    ways: tuple[Callable[[int], Any], ...] = (
        lambda victim: os.kill(victim, signal.SIGKILL),
        lambda victim: call("tgkill", victim, victim, int(signal.SIGKILL)),
        queue,
        lambda victim: signal.pidfd_send_signal(os.pidfd_open(victim), signal.SIGKILL),
        by_socket,
    )
    for name, way, victim in zip(SIGNALS, ways, facts["struck"], strict=True):
        yield name, partial(way, victim)


def environment(facts: Facts) -> Iterator[Way]:
    """Find a variable of the grader's environment."""
    name = facts["variable"]
    yield "its own environment", lambda: os.environ[name].encode() if name in os.environ else b""
    for pid in ("self", "1", str(os.getppid()), str(facts["grader"]), str(facts["victim"])):
        yield f"/proc/{pid}/environ", partial(steps.read, f"/proc/{pid}/environ", 2**20)


def connect(facts: Facts) -> Iterator[Way]:
    """Reach servers of the grader."""
    for name, family, kind, address in facts["servers"]:
        place = tuple(address) if isinstance(address, list) else address
        yield name, partial(steps.send, family, kind, place, facts["token"])


def families(facts: Facts) -> Iterator[Way]:
    """Make sockets of every kind that could lead outside; those of AF_UNIX are tried by ``connect``."""
    del facts
    for family in range(1, 64):
        if family != socket.AF_UNIX:
            yield steps.family_name(family), partial(steps.any_socket, family)


def daemon(facts: Facts) -> Iterator[Way]:
    """Leave a process behind that has cut itself loose; it ends by itself, in case that nobody ends it."""

    def leave() -> bool:
        reading, writing = os.pipe()
        if not os.fork():
            try:
                os.setsid()
                if not os.fork():
                    steps.LIBC.prctl(_PR_SET_NAME, facts["comm"].encode(), 0, 0, 0)
                    os.write(writing, b"x")
                    os.closerange(0, 256)
                    time.sleep(_DAEMON_SECONDS)
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, "rb") as told:  # noqa: PTH123 - a descriptor
            return told.read(1) == b"x"

    yield "a second fork in a session of its own", leave
