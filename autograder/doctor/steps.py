"""Runs inside a student process of the probe: what its trials are made of."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Facts = dict[str, Any]
"""What a trial needs to know: paths, numbers of processes, addresses."""
Way = tuple[str, Callable[[], Any]]
"""One way to try something: its name, and what either raises or gives back what it got hold of."""

STEP = 2**24
"""Bytes that are written at a time."""
LIBC = ctypes.CDLL(None, use_errno=True)
_WORK_SECONDS = 5.0
_ALARM_SECONDS = 30


def read(path: str, most: int = 4096) -> bytes:
    """The beginning of a file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)


def signal_zero(pid: int) -> bool:
    """Whether a process can be sent signals."""
    os.kill(pid, 0)
    return True


def open_to_write(path: str) -> bool:
    """Whether a file can be opened for writing."""
    os.close(os.open(path, os.O_WRONLY))
    return True


def write(path: Path, flags: int) -> None:
    """Write something into a file."""
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, b"changed")
    finally:
        os.close(descriptor)


def through_link(path: str) -> bytes:
    """The beginning of a file, by a link to it."""
    link = Path("link")
    link.symlink_to(path)
    try:
        return read(str(link))
    finally:
        link.unlink()


def output_of(program: str, path: str) -> bytes:
    """What a program says of a path."""
    done = subprocess.run([program, path], capture_output=True, check=False, timeout=5)
    if done.returncode:
        raise OSError(errno.EPERM, done.stderr.decode("utf-8", "replace").strip()[:200] or "it failed")
    return done.stdout[:4096]


def send(family: int, kind: int, address: Any, token: str) -> None:
    """Send ``token`` to a server."""
    with socket.socket(family, kind) as sock:
        sock.settimeout(2)
        sock.connect(address)
        sock.send(token.encode())


def any_socket(family: int) -> bool:
    """Whether a socket of a family can be made, of whatever kind."""
    refused = OSError(errno.EACCES, "refused")
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
        except OSError as error:
            refused = error
        else:
            return True
    raise refused


def family_name(number: int) -> str:
    """The name of a family of sockets."""
    try:
        return socket.AddressFamily(number).name
    except ValueError:
        return f"socket family {number}"


def fill(mapping: mmap.mmap) -> bool:
    """Write to every page."""
    for start in range(0, len(mapping), mmap.PAGESIZE):
        mapping[start] = 1
    return True


def write_out(descriptor: int, size: int) -> bool:
    """Write so many bytes."""
    block = bytes(STEP)
    for _ in range(-(-size // STEP)):
        if os.write(descriptor, block) != STEP:
            raise OSError(errno.ENOSPC, "no space")
    return True


def system_v(size: int) -> bool:
    """Fill so many bytes of System V shared memory."""
    LIBC.shmat.restype = ctypes.c_void_p
    number = check(LIBC.shmget(0, ctypes.c_size_t(size), 0o600))
    try:
        place = LIBC.shmat(number, None, 0)
        if place in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        ctypes.memset(place, 1, size)
        LIBC.shmdt(ctypes.c_void_p(place))
    finally:
        LIBC.shmctl(number, 0, None)
    return True


def check(result: int) -> int:
    """The result of a call of the C library; its error as an exception."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Start threads that wait."""
    end = threading.Event()
    stack = threading.stack_size(2**16)
    made = []
    try:
        for _ in range(count):
            thread = threading.Thread(target=end.wait, daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # "can't start new thread"
                raise OSError(errno.EAGAIN, str(error)) from None
            made.append(thread)
        yield
    finally:
        end.set()
        for thread in made:
            thread.join()
        threading.stack_size(stack)


@contextlib.contextmanager
def children(count: int, work: Callable[[], object]) -> Iterator[int]:
    """Fork children that work and then wait; gives the number of those that have done it and are still there.

    The system may end one that has done its work for what another one takes.
    """
    reading, writing = os.pipe()
    started: list[int] = []
    gone: set[int] = set()
    try:
        for _ in range(count):
            child = os.fork()
            if not child:
                try:
                    signal.alarm(_ALARM_SECONDS)
                    held = work()
                    os.write(writing, b"x")
                    signal.pause()
                    del held
                finally:
                    os.write(writing, b"-")
                    os._exit(1)
            started.append(child)
        told = b""
        deadline = time.monotonic() + _WORK_SECONDS
        while (
            len(told) < count and select.select([reading], [], [], max(0.0, deadline - time.monotonic()))[0]
        ):
            told += os.read(reading, count)
        gone = {child for child in started if os.waitpid(child, os.WNOHANG) != (0, 0)}
        yield min(told.count(b"x"), len(started) - len(gone))
    finally:
        for child in started:
            if child not in gone:
                os.kill(child, signal.SIGKILL)
        for child in started:
            if child not in gone:
                os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)
