"""Which system calls a student process is refused.

An honest notebook computes, reads and writes its files, starts threads and perhaps worker processes. What is
refused is whatever reaches past the process: other processes, namespaces and mounts, keys, devices, the
network, memory that no limit sees, and the corners of the kernel that few programs need and many exploits do.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
from collections.abc import Iterator

from autograder.isolation.seccomp import Argument, Ending, Rule

_FORBIDDEN = (
    # mounts, namespaces, the machine
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "mount_setattr", "fsopen"),
    *("fsconfig", "fsmount", "fspick", "unshare", "setns", "reboot", "kexec_load", "kexec_file_load"),
    *("init_module", "finit_module", "delete_module", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd"),
    *("sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_adjtime", "syslog", "vhangup"),
    *("ioperm", "iopl", "modify_ldt", "uselib"),
    # other processes' memory and descriptors
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("pidfd_getfd", "kcmp", "move_pages", "migrate_pages"),
    # objects outside of every namespace, quotas shared by all processes of a user, large attack surface
    *("add_key", "request_key", "keyctl", "bpf", "userfaultfd", "perf_event_open", "fanotify_init"),
    *("inotify_init", "inotify_init1", "open_by_handle_at", "name_to_handle_at"),
    # memory that outlives a process and that its limit does not count; what others have of it needs no more
    # than its number
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open"),
)
# Programs take "there is no such call" as a reason to go another way. A thread's ``clone3`` hides its flags
# from a filter; memory files grow without being mapped, so no limit on a process counts them; locks on files
# that all can read are a way to talk; the last two are ways around the rules for ``open`` and ``execve``.
_MISSING = (
    *("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup"),
    *("memfd_create", "memfd_secret", "flock", "openat2", "execveat"),
)

# asked of a file whether it is a terminal and how wide; bytes waiting; non-blocking; closed on exec
_TCGETS, _TCGETS2, _TIOCGWINSZ, _FIONREAD = 0x5401, 0x802C542A, 0x5413, 0x541B
_IOCTLS = (_TCGETS, _TCGETS2, _TIOCGWINSZ, _FIONREAD, 0x5421, 0x5450, 0x5451)

# signals at a distance (SETOWN, SETSIG, SETOWN_EX), who holds a lock (GETLK, OFD_GETLK), leases, notices,
# large pipes (their sum is limited for each user)
_FCNTLS = (8, 10, 15, 5, 36, 1024, 1026, 1031)

# hide memory from the grader, let others trace, move the heap, share a processor's core
_PRCTLS = (4, 0x59616D61, 35, 62)

_NAMESPACES = 0x7E020000  # all CLONE_NEW… that clone() takes
_CLONE_THREAD = 0x10000
_FIRST = 1

_PRETENDED = ("chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "utimensat", "futimesat")
_OWNERS = ("chown", "lchown", "fchown", "fchownat")
_ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr")
_SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_SCHEDULING = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")


def everywhere(families: tuple[int, ...]) -> Iterator[Rule]:
    """What is refused whatever else fences the process.

    Args:
        families: of sockets that may be made.
    """
    for name in _FORBIDDEN:
        yield Rule(name, errno.EPERM)
    for name in _MISSING:
        yield Rule(name, errno.ENOSYS)
    yield Rule("ioctl", errno.ENOTTY, (Argument(1, _IOCTLS),))
    yield Rule("fcntl", errno.EPERM, (Argument(1, _FCNTLS, excluded=True),))
    yield Rule("prctl", errno.EPERM, (Argument(0, _PRCTLS, excluded=True),))
    yield Rule("personality", errno.EPERM, (Argument(0, (0xFFFFFFFF,)),))  # asking is allowed
    yield Rule("socket", errno.EACCES, (Argument(0, families),) if families else ())
    yield Rule("socketpair", errno.EACCES, (Argument(0, (socket.AF_UNIX,)),))


def among_others(pid: int, landlock: int) -> Iterator[Rule]:
    """For a process that sees all others of its user and their files: nothing may be aimed at them.

    No child processes: neither their number nor the sum of their memory could be limited without privilege.
    Modes and times of files, which Landlock does not cover, stay as they are while the program is told that
    they changed: copying a file or touching it goes well.

    Args:
        pid: of the process.
        landlock: the version in force; before the third, truncating a file needs no right.
    """
    itself = (0, pid)
    for name in ("fork", "vfork", "execve"):
        yield Rule(name, errno.EPERM)
    yield Rule("clone", errno.EPERM, (Argument(0, (_CLONE_THREAD,), mask=_CLONE_THREAD | _NAMESPACES),))
    for name in (*_SIGNALS, *_SCHEDULING):
        yield Rule(name, errno.EPERM, (Argument(0, itself),))
    yield Rule("setpriority", errno.EPERM, (Argument(0, (os.PRIO_PROCESS,)), Argument(1, itself)))
    yield Rule("ioprio_set", errno.EPERM, (Argument(0, (1,)), Argument(1, itself)))
    for name in ("pidfd_open", "pidfd_send_signal"):
        yield Rule(name, errno.EPERM)
    for name in _PRETENDED:
        yield Rule(name, 0)
    for name in _OWNERS:
        yield Rule(name, errno.EPERM)
    for name in _ATTRIBUTES:
        yield Rule(name, errno.ENOTSUP)
    if landlock < 3:
        yield Rule("truncate", errno.EACCES)
        for name, index in (("open", 1), ("openat", 2)):  # for reading, with O_TRUNC, which empties the file
            flags = Argument(index, (os.O_TRUNC,), mask=os.O_TRUNC | os.O_ACCMODE, excluded=True)
            yield Rule(name, errno.EACCES, (flags,))


def alone() -> Iterator[Rule | Ending]:
    """For a process in a process namespace of its own: it may start others there, in no further namespace.

    The kernel has the first process there, which the notebook's is, ignore ``SIGKILL`` from within. It is
    ended all the same if it sends that to itself, as it would be anywhere else.
    """
    for name, sent in (("kill", 1), ("tkill", 1), ("tgkill", 2)):
        itself = (0, _FIRST) if name == "kill" else (_FIRST,)
        yield Ending(name, (Argument(0, itself), Argument(sent, (signal.SIGKILL,))))
    yield Rule("clone", errno.EPERM, (Argument(0, (0,), mask=_NAMESPACES),))
    yield Rule("setpriority", errno.EPERM, (Argument(0, (os.PRIO_PROCESS,)),))
    yield Rule("ioprio_set", errno.EPERM, (Argument(0, (1,)),))
