"""Runs inside a student process before any line of the student does, and locks it into a ``Fence``.

``entrances`` and ``separate`` in a process that is about to fork the student, ``close_in`` in that child,
and meanwhile ``meter`` in the first one. A step that fails raises and nothing is undone: the student must
then end, never go on half locked. Needs Linux.
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from autograder.isolation import landlock, namespaces, new_root, policy, privileges, seccomp
from autograder.isolation.fence import Fence

_NOT_ROOT = "the process would stay root"


def entrances(fence: Fence) -> list[int]:
    """Open what ``meter`` writes to, while it can be seen. The student must not have these descriptors.

    Raises:
        OSError: a step, which it names, failed.
    """
    found = []
    for path in fence.cgroups:
        with _entering(Path(path).parent.name):
            # not created: a folder without it is no control group
            found.append(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    return found


def separate(fence: Fence) -> None:
    """Make the fence's namespaces.

    The next fork makes the student: the first process of its process namespace, with whose end all others
    there end. This process stays outside of that namespace and has nothing to do any more.

    Raises:
        OSError: a step, which it names, failed.
    """
    if fence.namespaces:
        _require_single_thread()
        with _step("namespaces"):
            as_root = fence.uid_base is not None and namespaces.privileged(fence.uid_base)
            namespaces.enter(as_root=as_root)


def meter(fence: Fence, entrances: Iterable[int], student: int) -> None:
    """Put the student, a child of this process, into the fence's control groups.

    The kernel takes some milliseconds for each, mostly waiting; meanwhile the student makes its files.

    Raises:
        OSError: a step, which it names, failed.
    """
    for path, entrance in zip(fence.cgroups, entrances, strict=True):
        with _entering(Path(path).parent.name):
            os.write(entrance, str(student).encode())


def close_in(fence: Fence, directory: Path, await_meter: Callable[[], object] = lambda: None) -> Path:
    """Lock this process. It has a single thread, and descriptors to nothing but what the student may use.

    Args:
        fence: what to lock it into.
        directory: private to it, with the folders ``work``, ``home`` and ``tmp``.
        await_meter: returns when ``meter`` has.

    Returns:
        Where that directory is seen from now on; its folder ``work`` is the working directory.

    Raises:
        OSError: a step, which it names, failed.
    """
    if fence == Fence(name=fence.name):
        await_meter()
        return directory
    _require_single_thread()
    with _step("descriptors"):
        privileges.no_way_out()
    uid = _slot(fence)
    if os.getsid(0) != os.getpid():
        with _step("session"):
            os.setsid()
    with _step("files"):
        place = _files(fence, directory.resolve(), uid)
    await_meter()
    if fence.namespaces:
        with _step("namespaces"):
            namespaces.hide_control_groups()
    with _step("limits"):
        _limit(fence)
    with _step("user"):
        if os.geteuid() == 0 or fence.namespaces:
            privileges.drop_bounding_set()
        if uid is not None:
            privileges.become(uid, uid)
            if not os.access(os.__file__, os.R_OK):
                raise OSError(f"a user without rights cannot read {os.__file__}")
        privileges.drop_capabilities()
        if fence.namespaces and os.geteuid() == 0:
            raise OSError(_NOT_ROOT)
        privileges.be_observable()
        os.chdir(place / "work" if (place / "work").is_dir() else place)
    privileges.no_new_privileges()
    known = _landlock(fence, place)
    if fence.seccomp:
        with _step("seccomp"):
            _filter(fence, known)
    return place


def _slot(fence: Fence) -> int | None:
    """The user to become, where the grader is root; None to stay the one that this is."""
    if fence.namespaces and os.getpid() != 1:
        raise OSError("namespaces: this is not the first process in one; separate comes before the fork")
    if fence.uid_base is None or os.geteuid() != 0:
        return None
    # as numbered outside, which tells students apart that run side by side
    return fence.uid_base + int(Path("/proc/self").readlink().name)


def _files(fence: Fence, directory: Path, uid: int | None) -> Path:
    if not fence.namespaces:
        if uid is not None:
            for folder, _, names in os.walk(directory):
                for path in (Path(folder), *(Path(folder, name) for name in names)):
                    os.chown(path, uid, uid, follow_symlinks=False)
        return directory
    new_root.build(
        str(directory),
        readable=fence.readable,
        links=fence.links,
        size=fence.tmpfs_size,
        inodes=fence.tmpfs_inodes,
        uid=os.geteuid() if uid is None else uid,
        gid=os.getegid() if uid is None else uid,
    )
    namespaces.rename_host(b"student")
    return Path(new_root.BOX)


def _limit(fence: Fence) -> None:
    if not fence.limits:
        return
    tasks = fence.tasks
    if not fence.namespaces:  # counted are all processes of this user, which nothing changes here
        tasks += privileges.tasks_of(os.geteuid())
    privileges.limit(
        {
            resource.RLIMIT_NOFILE: fence.open_files,
            resource.RLIMIT_FSIZE: fence.file_size,
            resource.RLIMIT_NPROC: tasks,
            resource.RLIMIT_CORE: 1,  # 0 would still start a program that collects cores; 1 does not
            resource.RLIMIT_MEMLOCK: 65536,
            resource.RLIMIT_MSGQUEUE: 0,
            resource.RLIMIT_SIGPENDING: 1024,
            resource.RLIMIT_NICE: 0,
            resource.RLIMIT_RTPRIO: 0,
        }
    )


def _landlock(fence: Fence, place: Path) -> int:
    """Put it in force as far as wanted and there; its version, 0 for none."""
    if fence.landlock == "off" or (fence.landlock == "optional" and landlock.version() == 0):
        return 0
    devices = ("/dev/null", "/dev/zero", "/dev/full")
    if fence.namespaces:  # nothing but what may be read is there
        files = landlock.Files(readable=("/",), executable=True, writable=(str(place), *devices))
    else:
        # held open for good: the rule is tied to what is in the kernel's memory of it
        os.set_inheritable(os.open("/proc/self", os.O_PATH | os.O_DIRECTORY), False)
        files = landlock.Files(
            readable=(*fence.readable, *_SHARED), executable=False, writable=(str(place), *devices)
        )
    return landlock.restrict(files)


# without a root of its own: what it reads of the machine, and of itself but no other process
_SHARED = (
    *("/dev/random", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
    *("/proc/sys/vm/overcommit_memory", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf"),
)


def _filter(fence: Fence, landlock_version: int) -> None:
    rules: list[seccomp.Rule | seccomp.Ending] = [*policy.everywhere(fence.socket_families)]
    rules += policy.alone() if fence.namespaces else policy.among_others(os.getpid(), landlock_version)
    seccomp.install(seccomp.assemble(rules))


def _require_single_thread() -> None:
    if not landlock.single_threaded():
        raise OSError("the process has more than one thread, and the others would not be locked")


def _entering(group: str) -> contextlib.AbstractContextManager[None]:
    return _step(f"entering the control group {group}")


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"{name}: {error.strerror or error}") from error
