"""What attacks are aimed at: a course with hidden tests, a gradebook, other submissions, a process, sockets.

``World.harm`` looks from the outside at what became of it. Attackers are told where everything is; what they
are not told, and what must appear nowhere, are the secrets.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import secrets
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from autograder.student.workplace import remove
from tests.attacks.attack import HONEST, write_notebook

LIMITS = {"cell": 2.0, "call": 1.0, "total": 6.0, "memory": 200 * 2**20, "output": 2**20, "answer": 2**20}

_SETTINGS = 'title = "Attacked"\nnotebook = "attacked.ipynb"\npreload = ["numpy"]\n\n[limits]\n'

_PUBLIC = '''
import numpy as np

from autograder import check, question

@question("1", points=2)
def test_double(student):
    """double(x) is twice x"""
    assert student.double(3) == 6

@question("2", points=2)
def test_average(student):
    """average(x) is the mean of x"""
    mean = check.value(student.average(np.arange(4.0)), shape=())
    assert abs(mean - 1.5) <= 1e-9, "The mean of 0, 1, 2, 3 is 1.5."
'''

_HIDDEN = '''
import numpy as np

from autograder import check, question

CANARY = {token!r}
LOOT = {loot!r}
x = {hidden_input}

@question("1", points=2)
def test_double_of_others(student):
    """double(x) is twice x, whatever x is"""
    assert student.double(x) == 2 * x, "double is wrong for a number of the hidden tests."
    assert student.double(-1) == -2, "double is wrong for a number of the hidden tests."

@question("2", points=2)
def test_average_of_others(student):
    """average(x) is the mean of x, whatever its shape"""
    for shape in [(1,), (3,), (2, 3)]:
        a = np.random.default_rng(len(shape)).random(shape)
        mean = check.value(student.average(a), shape=())
        assert abs(mean - a.mean()) <= 1e-9, "average is wrong for an array of the hidden tests."

@question("3", points=1)
def test_theft(student):
    """something is stolen"""
    loot = str(student.loot())
    assert any(secret in loot for secret in LOOT), "Nothing was stolen."
'''

_VICTIM = """
import ctypes, os, sys
held = ctypes.create_string_buffer(os.environ["GRADER_CANARY"].encode())
open_file = os.open(sys.argv[1], os.O_RDWR)
print(ctypes.addressof(held), open_file, flush=True)
sys.stdin.read()
"""

_SITE = Path(sysconfig.get_paths()["purelib"])
_COMMON = (
    *(Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/dev/mqueue"), Path("/run")),
    *(_SITE, Path.home()),
)
_libc = ctypes.CDLL(None, use_errno=True)
_IPC_RMID, _IPC_CREAT = 0, 0o1000
_KEYCTL, _KEYCTL_INVALIDATE = {"x86_64": (250, 21), "aarch64": (219, 21)}.get(os.uname().machine, (0, 0))


class World:
    """Everything, in a new folder under ``base``; a context manager."""

    def __init__(self, base: Path | None = None) -> None:
        self.mark = f"attack{secrets.token_hex(5)}"
        self.token = f"canary-{secrets.token_hex(12)}"
        self.hidden_input = 10**14 + secrets.randbelow(10**14)
        self.did_it = f"did-it-{secrets.token_hex(4)}"
        self.root = Path(tempfile.mkdtemp(prefix=f"{self.mark}-", dir=base)).resolve()
        self.root.chmod(0o755)
        self.course = self.root / "course"
        self.tmp = self.root / "tmp"
        self._stack = contextlib.ExitStack()
        self._stack.callback(_remove, self.root)
        self._before_tempdir = tempfile.tempdir
        os.environ["GRADER_CANARY"] = self.token
        self._stack.callback(os.environ.pop, "GRADER_CANARY", None)
        try:
            self._make_files()
            self._make_sockets()
            self._make_shared()
            self._victim = self._start_victim()
        except BaseException:
            self.close()
            raise
        self._kept = self._copy()
        tempfile.tempdir = str(
            self.tmp
        )  # of the grader: private folders of students' processes are made here

    # what there is

    def _make_files(self) -> None:
        neighbour = self.tmp / "neighbour" / "work"  # of a student process that runs beside it
        neighbour.mkdir(parents=True)
        (neighbour / "answer.txt").write_text(self.token)
        self.folder = self.course / "assignments" / "01_attacked"
        self.reference = self.course / "reference" / "01_attacked"
        self.folder.mkdir(parents=True)
        self.reference.mkdir(parents=True)
        limits = "".join(f"{name} = {self._limit(value)}\n" for name, value in LIMITS.items())
        (self.folder / "assignment.toml").write_text(_SETTINGS + limits)
        (self.folder / "test_attacked.py").write_text(_PUBLIC)
        write_notebook(
            self.folder / "attacked.ipynb", [(f"def {n}(x):\n    ...", {}) for n in ("double", "average")]
        )
        (self.reference / "attacked.py").write_text("# %%\n" + "\n\n# %%\n".join(HONEST) + "\n")
        self.canary = self.reference / "canary.txt"
        self.canary.write_text(f"{self.token}\n")
        moment = secrets.randbelow(10**9)
        os.utime(self.canary, (moment, moment))
        loot = [self.token, self.did_it, f"{moment}.0", socket.gethostname() + "!"]
        loot += _hardware_addresses()
        (self.reference / "test_hidden.py").write_text(
            _HIDDEN.format(token=self.token, hidden_input=self.hidden_input, loot=loot)
        )
        for place in (".hypothesis/examples/found", ".pytest_cache/v/cache/lastfailed", ".git/HEAD"):
            path = self.course / place
            path.parent.mkdir(parents=True)
            path.write_text(self.token)
        self.classes = self.root / "class"
        self.classes.mkdir()
        self.other = self.classes / "other.ipynb"
        write_notebook(
            self.other, [*((cell, {}) for cell in HONEST), (f"# by another student: {self.token}", {})]
        )
        self.results = self.root / "results.json"
        self.results.write_text('{"points": 0}')
        self.home = self.root / "home"
        self.home.mkdir()
        (self.home / ".bashrc").write_text("# the instructor's own\n")
        self.gradebook = self.root / "gradebook.sqlite"
        with contextlib.closing(sqlite3.connect(self.gradebook)) as database:
            database.execute("CREATE TABLE scores (student TEXT, points REAL)")
            database.execute("INSERT INTO scores VALUES ('mallory', 0)")
            database.commit()

    @staticmethod
    def _limit(value: float) -> str:
        return f'"{value} B"' if isinstance(value, int) else str(value)

    def _make_sockets(self) -> None:
        def listening(family: int, address: Any, kind: int = socket.SOCK_STREAM) -> socket.socket:
            sock = self._stack.enter_context(socket.socket(family, kind))
            sock.setblocking(False)
            sock.bind(address)
            if kind == socket.SOCK_STREAM:
                sock.listen(16)
            return sock

        self.abstract = f"{self.mark}-abstract"
        self.socket_path = self.root / "service"
        self._listeners = {
            "TCP": listening(socket.AF_INET, ("127.0.0.1", 0)),
            "a Unix socket": listening(socket.AF_UNIX, str(self.socket_path)),
            "an abstract Unix socket": listening(socket.AF_UNIX, f"\0{self.abstract}"),
        }
        # the name of this one is a secret
        listening(socket.AF_UNIX, f"\0{self.token}")
        self._datagrams = {
            "UDP": listening(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM),
            "a Unix datagram socket": listening(
                socket.AF_UNIX, f"\0{self.abstract}-datagrams", socket.SOCK_DGRAM
            ),
        }
        with contextlib.suppress(OSError):
            self._listeners["TCP over IPv6"] = listening(socket.AF_INET6, ("::1", 0))
        self._terminal, slave = os.openpty()
        os.set_blocking(self._terminal, False)
        self._terminal_name = os.ttyname(slave)
        self._slave = slave
        self._stack.callback(os.close, self._terminal)
        self._stack.callback(os.close, slave)

    def _make_shared(self) -> None:
        """A segment of System V shared memory and a file of POSIX shared memory that are the grader's."""
        self.ipc_key = secrets.randbelow(2**30) + 2**16
        self._make_segment()
        self._stack.callback(lambda: _libc.shmctl(self._segment, _IPC_RMID, None))
        self.shared_file = Path("/dev/shm", f"grader-{secrets.token_hex(6)}")
        self.shared_file.write_text(self.token)
        self._stack.callback(self.shared_file.unlink, missing_ok=True)

    def _make_segment(self) -> None:
        self._segment = _libc.shmget(self.ipc_key, 4096, _IPC_CREAT | 0o600)
        assert self._segment >= 0
        _libc.shmat.restype = ctypes.c_void_p
        address = _libc.shmat(self._segment, None, 0)
        ctypes.memmove(address, self.token.encode(), len(self.token))
        _libc.shmdt(ctypes.c_void_p(address))

    def _start_victim(self) -> subprocess.Popen[str]:
        """A process of the same user that stands for the grader: attacks on it do not end the tests."""
        victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM, str(self.canary), self.token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,  # in the session of the grader, whose sweep for daemons leaves it alone
            cwd=self.reference,
        )
        assert victim.stdout is not None
        address, descriptor = map(int, victim.stdout.readline().split())
        self.victim_address, self.victim_descriptor = address, descriptor
        self._victim_before = _about(victim.pid)
        return victim

    def facts(self) -> dict[str, Any]:
        """What the attacker knows."""
        port = {name: sock.getsockname()[1] for name, sock in (self._listeners | self._datagrams).items()}
        return {
            **{
                name: str(getattr(self, name))
                for name in ("root", "course", "reference", "canary", "other", "classes", "results", "home")
            },
            **{name: str(getattr(self, name)) for name in ("gradebook", "tmp", "socket_path", "shared_file")},
            "hidden_tests": str(self.reference / "test_hidden.py"),
            "mark": self.mark,
            "did_it": self.did_it,
            "grader": os.getpid(),
            "victim": self._victim.pid,
            "address": self.victim_address,
            "descriptor": self.victim_descriptor,
            "token_length": len(self.token),
            "port": port["TCP"],
            "port6": port.get("TCP over IPv6", port["TCP"]),
            "udp_port": port["UDP"],
            "abstract": self.abstract,
            "ipc_key": self.ipc_key,
            "segment": self._segment,
            "terminal": self._terminal_name,
            "site": str(_SITE),
        }

    # what became of it

    def files(self) -> dict[str, tuple[Any, ...]]:
        """All files of the world by path, with all that can be changed of them."""
        return dict(_files(self.root))

    def harm(self, before: dict[str, tuple[Any, ...]], known: set[int]) -> Iterator[str]:
        """What an attack has achieved.

        Args:
            before: what ``files`` said.
            known: processes that descended from this one before.
        """
        after, changed = self.files(), []
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                what = "is new" if path not in before else "is gone" if path not in after else "was changed"
                changed.append(f"{path.removeprefix(str(self.root) + os.sep)} {what}")
        if changed:
            yield "; ".join(changed[:3]) + (f" and {len(changed) - 3} more" if changed[3:] else "")
        if (now := _about(self._victim.pid)) != self._victim_before:
            yield f"the process beside it: {self._victim_before} became {now}"
        for name, sock in (self._listeners | self._datagrams).items():
            if select.select([sock], [], [], 0)[0]:
                yield f"it reached a service by {name}"
            with contextlib.suppress(BlockingIOError):
                while True:
                    sock.recv(4096) if name in self._datagrams else sock.accept()[0].close()
        for end in (self._terminal, self._slave):
            if select.select([end], [], [], 0)[0]:
                yield f"it reached the terminal: {os.read(end, 4096)!r}"
        yield from self._left(known)

    def _left(self, known: set[int]) -> Iterator[str]:
        now = self.processes()
        if known - now:
            yield "a process of the grader was ended"
        for process in now - known:
            with contextlib.suppress(psutil.NoSuchProcess):
                yield f"a process is left: {str(psutil.Process(process).cmdline())[:100]}"
        for path in self._marked():
            yield f"left: {path}"
        for kind, _, number in self._ipc():
            yield f"System V {kind} is left: {number}"
        if not self._segment_is_there():
            yield "shared memory of the grader is gone"
        if _mq("mq_unlink", f"/{self.mark}") == 0:
            yield "a message queue is left"
        for key in self._keys():
            yield f"a key is left: {key}"
        if self.mark in os.uname()[1] or self.mark in Path("/proc/sys/kernel/domainname").read_text():
            yield "the machine has another name"
        own = f"-{os.getpid()}-"
        for _, names, _ in os.walk("/sys/fs/cgroup"):
            for name in names:
                if name.startswith("autograder-") and own in name:
                    yield f"a control group is left: {name}"
        for table in ("tcp", "tcp6", "udp", "unix"):
            lines = Path("/proc/net", table).read_text().splitlines()
            if table == "unix" and any(f"{self.mark}-left" in line for line in lines):
                yield "a socket is left"

    def processes(self) -> set[int]:
        """Processes that descend from this one, or that know of this world, other than the victim."""
        found = {child.pid for child in psutil.Process().children(recursive=True) if _alive(child)}
        needle = self.mark.encode()
        for pid in psutil.pids():
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                about = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
                if needle in about and _alive(psutil.Process(pid)):
                    found.add(pid)
        return found - {self._victim.pid, os.getpid()}

    def _marked(self) -> Iterator[Path]:
        for folder in _COMMON:
            with contextlib.suppress(OSError):
                for path in folder.iterdir():
                    if self.mark in path.name and path != self.root:
                        yield path

    def _ipc(self) -> Iterator[tuple[str, int, int]]:
        for kind in ("shm", "sem", "msg"):
            table = Path("/proc/sysvipc", kind)
            lines = table.read_text().splitlines()[1:] if table.exists() else []
            for key, number, *_ in (line.split() for line in lines):
                if int(key) == self.ipc_key + 1:
                    yield kind, int(key), int(number)

    def _segment_is_there(self) -> bool:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        return any(int(line.split()[0]) == self.ipc_key for line in lines)

    def _keys(self) -> Iterator[str]:
        for line in Path("/proc/keys").read_text().splitlines() if Path("/proc/keys").exists() else []:
            if self.mark in line:
                yield line.split()[0]

    def restore(self, known: set[int]) -> None:
        """Make good what an attack has done; ``known`` as in ``harm``."""
        for pid in self.processes() - known:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for path in [*self._marked()]:
            _remove(path)
        for kind, _, number in self._ipc():
            if kind == "shm":
                _libc.shmctl(number, _IPC_RMID, None)
            elif kind == "msg":
                _libc.msgctl(number, _IPC_RMID, None)
            else:
                _libc.semctl(number, 0, _IPC_RMID)
        if not self._segment_is_there():
            self._make_segment()
        for key in self._keys():
            _libc.syscall(_KEYCTL, _KEYCTL_INVALIDATE, int(key, 16))
        _libc.setdomainname(b"(none)", 6)
        for path in self.root.iterdir():
            if path != self.tmp and path.name not in ("attempts", self.socket_path.name):
                _remove(path)
        _remove(self.tmp / "neighbour")
        shutil.copytree(self._kept / "tmp" / "neighbour", self.tmp / "neighbour")
        for source in self._kept.iterdir():
            target = self.root / source.name
            if source.name == "tmp":
                continue
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                shutil.copy2(source, target)
        if _about(self._victim.pid) != self._victim_before:
            self._end_victim()
            self._victim = self._start_victim()

    def _copy(self) -> Path:
        kept = Path(tempfile.mkdtemp(prefix="kept-"))
        self._stack.callback(shutil.rmtree, kept, ignore_errors=True)
        for path in self.root.iterdir():
            if path.is_dir():
                shutil.copytree(path, kept / path.name, symlinks=True)
            elif path.is_file():
                shutil.copy2(path, kept / path.name)
        return kept

    def _end_victim(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._victim.pid, signal.SIGCONT)
            self._victim.kill()
        self._victim.communicate()

    def close(self) -> None:
        if hasattr(self, "_victim"):
            self._end_victim()
        tempfile.tempdir = self._before_tempdir
        self._stack.close()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _files(root: Path) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for folder, names, files in os.walk(root):
        for path in map(Path(folder).joinpath, (*names, *files)):
            status = path.lstat()
            about: tuple[Any, ...] = (status.st_mode, status.st_uid, status.st_gid)
            if path.is_symlink():
                about += (str(path.readlink()),)
            elif path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                about += (status.st_nlink, status.st_mtime_ns, content, tuple(os.listxattr(path)))
            yield str(path), about


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        remove(path)
    else:
        path.unlink(missing_ok=True)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _about(pid: int) -> tuple[Any, ...]:
    """What of a process others could change."""
    try:
        process = psutil.Process(pid)
        stopped = process.status() in (
            psutil.STATUS_STOPPED,
            psutil.STATUS_ZOMBIE,
            psutil.STATUS_TRACING_STOP,
        )
        score = Path(f"/proc/{pid}/oom_score_adj").read_text().strip()
        return (
            *("stopped" if stopped else "running", process.nice(), process.ionice().ioclass),
            *(tuple(process.cpu_affinity()), process.rlimit(psutil.RLIMIT_NOFILE), score),
            os.sched_getscheduler(pid),
        )
    except (psutil.NoSuchProcess, OSError):
        return ("gone",)


def _mq(function: str, *arguments: str) -> int:
    return int(getattr(_libc, function)(*(argument.encode() for argument in arguments)))


def _hardware_addresses() -> list[str]:
    found = [path.read_text().strip() for path in Path("/sys/class/net").glob("*/address")]
    return [address for address in found if address.strip("0:")]
