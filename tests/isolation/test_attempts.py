"""What must be impossible is tried, one thing after the other, and everything must fail."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.isolation.conftest import Locked

PRELUDE = """
import ctypes, errno, fcntl, json, os, resource, signal, socket, struct, subprocess, sys, threading
from autograder.isolation.syscalls import call
libc = ctypes.CDLL(None, use_errno=True)

def raw(number, *arguments):
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *longs)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result

def read(path):
    with open(path, "rb") as file:
        return file.read()

def write(path):
    with open(path, "wb") as file:
        file.write(b"x")

def connect(family, address):
    with socket.socket(family) as s:
        s.connect(address)

def owner(pid):
    ours, theirs = socket.socketpair()
    fcntl.fcntl(ours, fcntl.F_SETOWN, pid)

stdlib = os.path.dirname(os.__file__)
"""

# With a canary file in a folder of the grader's, and a victim: a process of the same user outside.
FILES = """
    read(canary)
    os.listdir(folder)
    os.scandir(folder)
    write(canary)
    open(canary, "a")
    os.truncate(canary, 0)
    os.open(canary, os.O_RDONLY | os.O_TRUNC)
    os.rename(canary, folder + "/other")
    os.rename(canary, place / "work" / "mine")
    os.unlink(canary)
    os.link(canary, place / "work" / "mine")
    (os.symlink(canary, place / "work" / "link"), read(place / "work" / "link"))
    os.mkdir(folder + "/new")
    os.mknod(folder + "/new")
    os.symlink("x", folder + "/new")
    os.setxattr(canary, "user.x", b"1")
    os.chown(canary, os.getuid(), -1)
    os.listdir("/home")
    os.listdir(os.path.expanduser("~root"))
    read("/etc/shadow")
    os.listdir("/sys/fs/cgroup")
    os.listdir("/var/lib")
    os.listdir("/dev/pts") and write("/dev/ptmx")
    read("/dev/kmsg")
    write(stdlib + "/evil.py")
    write(os.__file__)
    os.unlink(os.__file__)
    os.mkdir(stdlib + "/evil")
    read(f"/proc/{victim}/environ")
    read(f"/proc/{victim}/cmdline")
    read(f"/proc/{victim}/maps")
    read(f"/proc/{victim}/mem")
    read(f"/proc/{victim}/root" + canary)
    read(f"/proc/{victim}/cwd/" + canary)
    os.listdir(f"/proc/{victim}/fd")
    write("/proc/sys/kernel/core_pattern")
    write("/proc/sysrq-trigger")
    read("/proc/self/root" + canary)
    read("/proc/self/cwd/../../.." + canary)
    call("mount", b"tmpfs", b"/dev", b"tmpfs", 0, None)
    call("mount", None, b"/", None, 32 | 4096, None)
    call("umount2", b"/proc", 2)
    call("move_mount", -100, b"/proc", -100, b"/dev", 0)
    call("open_tree", -100, b"/", 1)
    call("fsopen", b"tmpfs", 0)
    call("mount_setattr", -100, b"/usr/lib", 0, struct.pack("=4Q", 0, 1, 0, 0), 32)
    call("pivot_root", b".", b".")
    os.chroot(place)
    call("open_by_handle_at", -100, bytes(64), 0)
"""
PROCESSES = """
    os.kill(victim, 0)
    os.kill(victim, signal.SIGSTOP)
    os.kill(-victim, 0)
    call("tgkill", victim, victim, 0)
    call("tkill", victim, 0)
    call("rt_sigqueueinfo", victim, 0, bytes(128))
    os.pidfd_open(victim)
    call("pidfd_getfd", 0, 0, 0)
    resource.prlimit(victim, resource.RLIMIT_NOFILE, (3, 3))
    os.sched_setaffinity(victim, {0})
    os.sched_setscheduler(victim, os.SCHED_IDLE, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, victim, 19)
    os.setpriority(os.PRIO_USER, 0, 19)
    os.setpriority(os.PRIO_PGRP, victim, 19)
    call("ioprio_set", 3, os.getuid(), 3 << 13)
    call("ptrace", 16, victim, 0, 0)
    call("process_vm_readv", victim, bytes(16), 1, bytes(16), 1, 0)
    call("kcmp", os.getpid(), victim, 0, 0, 0)
    owner(victim)
    owner(-victim)
    fcntl.fcntl(0, 10, 9)
    call("unshare", 0x10000000)
    call("unshare", 0x20000)
    call("setns", 0, 0)
    call("clone", 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    call("clone", 0x40000000 | signal.SIGCHLD, 0, 0, 0, 0)
    call("clone3", bytes(88), 88)
    os.setuid(0) if os.getuid() else os.chown("/proc/self", 1, 1)
    os.setresuid(12345, 12345, 12345)
    os.setgroups([0])
    os.nice(-1)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (10**5, 10**5))
    resource.setrlimit(resource.RLIMIT_CORE, (10**9, 10**9))
    call("prctl", 4, 0, 0, 0, 0)
"""
NETWORK = """
    connect(socket.AF_INET, ("127.0.0.1", port))
    connect(socket.AF_INET, ("1.1.1.1", 53))
    socket.create_connection(("localhost", port))
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
    socket.socket(socket.AF_INET6)
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    socket.socket(socket.AF_VSOCK)
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
    socket.socket(44)
    raw(53, 2, 1, 0, bytes(8)) if os.uname().machine == "x86_64" else raw(199, 2, 1, 0, bytes(8))
    connect(socket.AF_UNIX, folder + "/socket")
    connect(socket.AF_UNIX, chr(0) + abstract)
    connect(socket.AF_UNIX, "/run/docker.sock")
    connect(socket.AF_UNIX, "/run/dbus/system_bus_socket")
"""
KERNEL = """
    call("keyctl", 0, -1, 1)
    call("add_key", b"user", b"x", b"y", 1, -1)
    call("request_key", b"user", b"x", None, -1)
    call("bpf", 0, bytes(64), 64)
    call("userfaultfd", 1)
    call("perf_event_open", bytes(112), 0, -1, -1, 0)
    call("io_uring_setup", 4, bytes(120))
    call("io_setup", 4, bytes(8))
    os.memfd_create("x")
    call("memfd_secret", 0)
    call("shmget", 0, 4096, 0o1600)
    call("semget", 0, 1, 0o1600)
    call("msgget", 0, 0o1600)
    call("mq_open", b"x", os.O_CREAT | os.O_RDWR, 0o600, None)
    call("personality", 0x40000)
    call("inotify_init1", 0)
    call("fanotify_init", 0, 0)
    call("name_to_handle_at", -100, b"/", bytes(128), bytes(8), 0)
    call("execveat", -100, b"/bin/true", None, None, 0)
    call("syslog", 3, bytes(100), 100)
    call("quotactl", 0, None, 0, None)
    socket.sethostname("x")
    fcntl.flock(0, fcntl.LOCK_SH)
    fcntl.ioctl(0, 0x5412, b"x")
    fcntl.ioctl(os.pipe()[0], 0x5452, struct.pack("i", 1))
    fcntl.fcntl(os.pipe()[0], 1031, 2**20)
    fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, 0)
    fcntl.lockf(0, fcntl.LOCK_SH) or fcntl.fcntl(0, 5, struct.pack("hhqqi", 0, 0, 0, 0, 0))
    raw(0x40000000 + 39)
    raw(457, 0, 0, 0, 0)
    raw(500)
"""
ALONE_ONLY_REFUSED_WITHOUT = """
    os.fork()
    os.system("true") and 1 / 0
    subprocess.run(["true"])
    os.posix_spawn("/bin/true", ["true"], {})
    os.execv("/bin/true", ["true"])
    socket.socket(socket.AF_UNIX)
"""

RUN = """
found = {}
for attempt in attempts:
    try:
        eval(attempt)
        found[attempt] = "done"
    except (OSError, ValueError, ZeroDivisionError) as error:
        pass
print(json.dumps(found))
"""


class Outside:
    """What the grader has, and how to see that it is untouched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.canary = folder / "canary"
        self.canary.write_text("a secret")
        self.canary.chmod(0o666)
        self.folder.chmod(0o777)
        self.port = socket.create_server(("127.0.0.1", 0))
        self.abstract = f"autograder-test-{os.getpid()}"
        self.listeners = [self.port]
        for address in (str(folder / "socket"), f"\0{self.abstract}"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(address)
            listener.listen()
            self.listeners.append(listener)
        (folder / "socket").chmod(0o777)
        self.before = self.state()

    def state(self) -> tuple[object, ...]:
        status = self.canary.stat()
        names = sorted(path.name for path in self.folder.iterdir())
        return (
            self.canary.read_text(),
            status.st_mode,
            status.st_uid,
            status.st_mtime_ns,
            status.st_nlink,
            names,
        )

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()


@pytest.fixture
def outside() -> Iterator[Outside]:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        outside = Outside(Path(name))
        yield outside
        outside.close()


def attempts(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def try_all(locked, outside, table: str, **settings) -> dict[str, str]:
    victim = locked.driver.process.pid
    result = locked.run(
        PRELUDE + RUN,
        names={
            "attempts": attempts(table),
            "canary": str(outside.canary),
            "folder": str(outside.folder),
            "victim": victim,
            "port": outside.port.getsockname()[1],
            "abstract": outside.abstract,
        },
        **settings,
    )
    assert result.code == 0, result.output
    return json.loads(result.lines[-1])


TABLES = {"files": FILES, "processes": PROCESSES, "network": NETWORK, "kernel": KERNEL}


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_it_can_be_done(locked, outside, table):
    assert try_all(locked, outside, TABLES[table]) == {}
    assert outside.state() == outside.before


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_it_on_the_oldest_kernel_with_landlock_either(restricted, outside, table):
    older = "from autograder.isolation import landlock; landlock.version = lambda: 1"
    assert try_all(restricted, outside, TABLES[table], before=older) == {}
    assert outside.state() == outside.before


def test_restricted_starts_no_process_and_makes_no_socket(restricted, outside):
    assert try_all(restricted, outside, ALONE_ONLY_REFUSED_WITHOUT) == {}


@pytest.mark.parametrize("table", TABLES)
def test_a_box_holds_without_landlock(boxed, outside, table):
    without = "from autograder.isolation import landlock; landlock.version = lambda: 0"
    assert try_all(boxed, outside, TABLES[table], before=without) == {}
    assert outside.state() == outside.before


REAL = """
    read(canary)
    os.listdir(folder)
    os.truncate(canary, 0)
    os.open(canary, os.O_RDONLY | os.O_TRUNC)
    os.link(canary, folder + "/other")
    read("/proc/self/root" + canary)
    read(f"/proc/{victim}/environ")
    os.kill(victim, 0)
    call("tgkill", victim, victim, 0)
    os.pidfd_open(victim)
    resource.prlimit(victim, resource.RLIMIT_NOFILE)
    owner(victim)
    connect(socket.AF_INET, ("127.0.0.1", port))
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    connect(socket.AF_UNIX, folder + "/socket")
    connect(socket.AF_UNIX, chr(0) + abstract)
    call("keyctl", 0, -1, 1)
    os.memfd_create("x")
    call("personality", 0x40000)
    call("inotify_init1", 0)
    fcntl.flock(0, fcntl.LOCK_SH)
    fcntl.ioctl(os.pipe()[0], 0x5452, struct.pack("i", 1))
    fcntl.fcntl(os.pipe()[0], 1031, 2**20)
    os.fork() or os._exit(0)
"""


def test_the_attempts_are_real(driver, outside):
    """Without a fence they succeed: what a fence refuses, the system or a typing mistake does not."""
    loose = Locked("none", driver("user"))
    assert set(try_all(loose, outside, REAL)) == set(attempts(REAL))
    assert outside.state() != outside.before


def test_modes_and_times_only_seem_to_change(restricted, outside):
    result = restricted.run(
        """
        import os
        os.chmod(canary, 0)
        os.utime(canary, (1, 1))
        descriptor = os.open(os.__file__, os.O_RDONLY)
        os.fchmod(descriptor, 0)
        """,
        names={"canary": str(outside.canary)},
    )
    assert result.code == 0, result.output
    assert outside.state() == outside.before
    assert Path(os.__file__).stat().st_mode & 0o400


def test_calls_of_another_architecture_end_the_process(locked):
    if os.uname().machine != "x86_64":
        return
    result = locked.run(
        """
        import ctypes, mmap
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
        """
    )
    assert result.output == ""
    assert result.code == 128 + signal.SIGSYS


def test_privileges_are_gone_for_good(locked):
    status = dict(
        line.split(":\t", 1)
        for line in locked.run("print(open('/proc/self/status').read())").lines
        if ":\t" in line
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert {int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Amb")} == {0}
    if locked.alone:
        assert int(status["CapBnd"], 16) == 0
        assert status["NSpid"].split()[-1] == "1"


def test_root_becomes_a_user_of_its_own(boxed):
    if boxed.driver.who != "root":
        assert boxed.run("import os; print(os.getuid() != 0)").output == "True\n"
        return
    result = boxed.run("import os; print(*os.getresuid(), *os.getresgid(), os.getgroups())")
    uid = str(0x70000000 + result.pid)
    assert result.output.split() == [uid] * 6 + ["[]"]


def test_a_box_sees_its_own_processes_only(boxed):
    result = boxed.run("import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdecimal()))")
    assert result.output == "[1]\n"


def test_nothing_of_a_box_stays(boxed):
    mounts, name = Path("/proc/self/mounts").read_text(), f"left-{os.getpid()}"
    result = boxed.run(
        """
        import os, sys, tempfile, time
        from multiprocessing import shared_memory
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for n in range(3):
                        os.close(n)
                    time.sleep(1000)
                os._exit(0)
        shared_memory.SharedMemory(create=True, size=4096, name=name)
        # a machine whose Python lies there shows that instead
        place = "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()
        open(f"{place}/{name}", "w")
        os.kill(os.getpid(), 0)
        print("alive", flush=True)
        os._exit(0)
        """,
        names={"name": name},
    )
    assert result.output == "alive\n"
    leftovers = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == 0x70000000 + result.pid:
                leftovers.append(process)
        except FileNotFoundError:
            continue
    assert leftovers == []
    assert Path("/proc/self/mounts").read_text() == mounts
    assert not Path("/dev/shm", name).exists()
    assert not Path("/tmp", name).exists()


def test_the_grader_can_measure_and_end_it(locked):
    result = locked.run("import time; time.sleep(1000)", observed=True, seconds=20)
    assert result.observed == {"uses memory": True}
    assert result.ended
    assert result.code == 128 + signal.SIGKILL
