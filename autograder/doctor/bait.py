"""What the grader lays out for a probe, and how it finds out what became of it: the outside view."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import site
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from autograder.doctor.reach import SIGNALS

_SIGNAL_SECONDS = 0.5
_LONGEST_ADDRESS = 107
"""Bytes that the path of a socket may have on Linux."""
VARIABLE = "AUTOGRADER_CANARY"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where POSIX shared memory of the grader lies
_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/etc", "/usr/local/lib")  # noqa: S108 - tried, not used
_SETTINGS = ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/sys/power/state")


class Bait:
    """Files, processes, a variable and servers of the grader. A context manager; needs Linux.

    The files may be read and changed by everybody, so that it is the fence that has to keep a student from
    them and not their mode.

    Args:
        hidden: files and folders that a student must not read; first files and listings are tried.
    """

    def __init__(self, hidden: Iterable[Path] = ()) -> None:
        self.token = secrets.token_hex(8)
        self.daemon = f"ag{self.token[:12]}"
        """Name that a process takes which wants to be left behind."""
        self.litter = f"autograder-probe-{self.token}"
        """Name of what a student may try to leave elsewhere."""
        self.hidden = [path.resolve() for path in hidden if path.exists()]
        self._cleanup = contextlib.ExitStack()
        self._servers: dict[str, tuple[socket.socket, Any]] = {}

    def __enter__(self) -> Self:
        try:
            self._lay_files()
            self._lay_processes()
            self._lay_servers()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    # --- files

    def _lay_files(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="autograder-canary-")).resolve()
        self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o777)
        self.canary = folder / f"canary-{self.token}"
        self.canary.write_text(self.token)
        self.canary.chmod(0o666)
        self._before = self._state()
        self.contents = {str(self.canary): self.token.encode()}
        if os.access(_SHARED_MEMORY, os.W_OK):
            shared = _SHARED_MEMORY / f"autograder-canary-{self.token}"
            shared.write_text(self.token)
            self._cleanup.callback(shared.unlink, missing_ok=True)
            shared.chmod(0o666)
            self.contents[str(shared)] = self.token.encode()
        self.listings = {str(folder): {self.canary.name}}
        for path in self.hidden:
            if path.is_dir():
                self.listings[str(path)] = {entry.name for entry in path.iterdir()}
            if (file := _first_file(path)) is not None:
                with file.open("rb") as opened:
                    self.contents[str(file)] = opened.read(4096)
        package = Path(__file__).resolve().parents[1]
        wanted = {*map(Path, _PLACES), Path.home(), Path.cwd(), Path(tempfile.gettempdir()), package}
        wanted |= {Path(sysconfig.get_path("purelib")), package.parent}
        wanted |= {path if path.is_dir() else path.parent for path in self.hidden}
        if site.ENABLE_USER_SITE:
            wanted.add(Path(site.getusersitepackages()))
        real = {place.resolve() for place in wanted if place.is_dir()}
        self.places = sorted(str(place) for place in real if os.access(place, os.W_OK))
        self.settings = [path for path in _SETTINGS if os.access(path, os.W_OK)]

    def _state(self) -> dict[str, Any]:
        """The canary's folder, as far as somebody could change it."""
        found: dict[str, Any] = {}
        for path in self.canary.parent.iterdir():
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[path.name] = (content, status.st_mode, status.st_mtime_ns, status.st_uid)
        return found

    def changed(self) -> list[str]:
        """What somebody did to the canary or to its folder."""
        after, before = self._state(), self._before
        new = sorted(after.keys() - before.keys())
        found = [f"made {name.replace(self.token, '…')} beside it" for name in new]
        (name,) = before
        if name not in after:
            return [*found, "deleted or renamed it"]
        things = ("contents", "mode", "time", "owner")
        return found + [
            f"changed its {thing}"
            for thing, old, now in zip(things, before[name], after[name], strict=True)
            if old != now
        ]

    def left(self) -> list[str]:
        """Places in which somebody has left a file; the files are removed."""
        found = []
        for place in self.places:
            path = Path(place, self.litter)
            if path.is_symlink() or path.exists():
                path.unlink()
                found.append(f"a file in {place}")
        return found

    # --- processes

    def _lay_processes(self) -> None:
        os.environ[VARIABLE] = self.token
        self._cleanup.callback(os.environ.pop, VARIABLE, None)
        program = shutil.which("sleep", path=os.defpath)
        if program is None:
            raise OSError("there is no program 'sleep' to try with")
        self._processes = [
            subprocess.Popen([program, "60"], stdin=subprocess.DEVNULL, env={VARIABLE: self.token})
            for _ in range(3 + len(SIGNALS))
        ]
        self._cleanup.callback(self._end_processes)
        pids = [process.pid for process in self._processes]
        self.victim, self.traced, self.limited, *self.struck = pids
        self.address = int(Path(f"/proc/{self.traced}/maps").read_text().partition("-")[0], 16)
        self._limits = self._numbers()

    def _end_processes(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def killed(self, tried: Collection[str]) -> list[str]:
        """In which ways somebody has killed one; ``tried``: those of which nobody said that they failed."""
        found = []
        for name, process in zip(SIGNALS, self._processes[-len(SIGNALS) :], strict=True):
            with contextlib.suppress(subprocess.TimeoutExpired):  # a signal may take a moment
                process.wait(_SIGNAL_SECONDS if name in tried else 0)
                found.append(name)
        return found

    def _numbers(self) -> dict[str, Any]:
        import resource

        pid = self.limited
        return {
            "prlimit": resource.prlimit(pid, resource.RLIMIT_NOFILE),
            "setpriority": os.getpriority(os.PRIO_PROCESS, pid),
            "sched_setscheduler": os.sched_getscheduler(pid),
            "its choice when memory is short": Path(f"/proc/{pid}/oom_score_adj").read_text(),
        }

    def limits_changed(self) -> list[str]:
        """Which of its limits somebody has changed."""
        return [name for name, value in self._numbers().items() if value != self._limits[name]]

    def left_running(self) -> list[str]:
        """Whether a process of the name ``daemon`` is there, in whatever namespace; it is ended."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                with contextlib.suppress(OSError):
                    if (folder / "comm").read_text().strip() == self.daemon:
                        os.kill(int(folder.name), signal.SIGKILL)
                        found.append("a process in a session of its own is still there")
        return found[:1]

    # --- servers

    def _lay_servers(self) -> None:
        path = self.canary.parent.with_name(f"{self.canary.parent.name}-socket")
        if len(os.fsencode(path)) > _LONGEST_ADDRESS:
            path = Path("/tmp", path.name)  # noqa: S108 - no other place is sure to have a short name
        self._cleanup.callback(path.unlink, missing_ok=True)
        wanted: tuple[tuple[str, int, int, Any], ...] = (
            ("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("TCP over IPv6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            ("UDP over IPv6", socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
            ("a socket file", socket.AF_UNIX, socket.SOCK_STREAM, str(path)),
            ("an abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, f"\0autograder-{self.token}"),
        )
        for name, family, kind, place in wanted:
            try:
                server = socket.socket(family, kind)
                self._cleanup.callback(server.close)
                server.bind(place)
            except OSError:  # this system has no such network
                continue
            if kind == socket.SOCK_STREAM:
                server.listen()
            server.setblocking(False)
            self._servers[name] = (server, place)
        path.chmod(0o777)

    @property
    def servers(self) -> list[list[Any]]:
        """Name, family, kind and address of each that there is."""
        found = []
        for name, (server, place) in self._servers.items():
            address = place if server.family == socket.AF_UNIX else list(server.getsockname()[:2])
            found.append([name, int(server.family), int(server.type), address])
        return found

    def reached(self) -> list[str]:
        """Which of them somebody has reached."""
        return [name for name, (server, _) in self._servers.items() if _was_reached(server)]


def _was_reached(server: socket.socket) -> bool:
    try:
        if server.type == socket.SOCK_STREAM:
            server.accept()[0].close()
        else:
            server.recv(100)
    except OSError:  # nobody is there
        return False
    return True


def _first_file(path: Path) -> Path | None:
    """A file that has something in it, in ``path`` or below."""
    files = iter([path]) if path.is_file() else _files_below(path)
    return next((file for file in files if file.is_file() and file.stat().st_size), None)


def _files_below(folder: Path) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names.sort()
        yield from (Path(place, name) for name in sorted(files))
