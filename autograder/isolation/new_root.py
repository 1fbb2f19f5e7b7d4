"""A root of its own for a student process: what it may read, and a place in memory that it may write."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from autograder.isolation import namespaces

BOX = "/box"
"""Where the process's private directory is seen: the only place where it can write."""

_OLD = "/old"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_FAMILIAR = (("/dev/shm", "shm"), ("/tmp", "tmp"), ("/var/tmp", "tmp"))  # noqa: S108 - links to the box
_SMALL = 2**18
_ROOT_SIZE, _ROOT_INODES = 8 * 2**20, 4096  # folders, links and small files that lead to the rest
_PAGE = 4096


def build(
    directory: str,
    *,
    readable: Sequence[str],
    links: Sequence[tuple[str, str]],
    size: int,
    inodes: int,
    uid: int,
    gid: int,
) -> None:
    """Make it and go there; what was seen before is gone for good.

    Args:
        directory: private one; its files are copied to ``BOX``.
        readable: real paths that are seen where they were, read-only.
        links: symbolic links, place and target.
        size: bytes that may be written, beyond those copies.
        inodes: files and folders, likewise.
        uid: owner of the copies, as seen in this user namespace.
        gid: group of them.

    Raises:
        OSError: some step failed.
    """
    mask = os.umask(0o022)
    namespaces.tmpfs(
        directory, size=_ROOT_SIZE, inodes=_ROOT_INODES, mode=0o755, uid=os.geteuid(), gid=os.getegid()
    )
    Path(directory + _OLD).mkdir()
    namespaces.pivot(directory, _OLD.lstrip("/"))
    for path in readable:
        _show(path)
    for place, target in links:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        Path(place).symlink_to(target)
    _devices()
    _accounts(uid, gid)
    Path("/proc").mkdir()
    namespaces.proc("/proc")  # an unprivileged user may, as long as the old one is there in full
    _box(_OLD + directory, size, inodes, uid, gid)
    namespaces.forget(_OLD)
    Path(_OLD).rmdir()
    namespaces.read_only("/", recursive=False)
    os.umask(mask)


def _show(path: str) -> None:
    source, place = Path(_OLD + path), Path(path)
    status = source.stat()
    place.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISDIR(status.st_mode):
        place.mkdir(exist_ok=True)
    elif status.st_size <= _SMALL:
        place.write_bytes(source.read_bytes())
        return
    else:
        place.touch()
    namespaces.bind(str(source), path)


def _devices() -> None:
    Path("/dev").mkdir()
    for name in _DEVICES:
        Path("/dev", name).touch()
        namespaces.bind(f"{_OLD}/dev/{name}", f"/dev/{name}", device=True)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        Path("/dev", name).symlink_to(f"/proc/self/{target}")
    # what POSIX calls shared memory is files here: in the box they count against its size
    for place, name in _FAMILIAR:
        if not Path(place).exists():  # unless the interpreter lies in it
            Path(place).parent.mkdir(exist_ok=True)
            Path(place).symlink_to(Path(BOX, name))


def _accounts(uid: int, gid: int) -> None:
    Path("/etc").mkdir(exist_ok=True)
    Path("/etc/passwd").write_text(f"student:x:{uid}:{gid}::{BOX}/home:/bin/sh\n")
    Path("/etc/group").write_text(f"student:x:{gid}:\n")
    Path("/etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")


def _box(source: str, size: int, inodes: int, uid: int, gid: int) -> None:
    """Mount the box and copy the files of ``source`` to it."""
    entries: list[tuple[Path, os.stat_result]] = []
    for folder, names, files in os.walk(source):
        for name in (*names, *files):
            path = Path(folder, name)
            entries.append((path, path.lstat()))
    taken = sum(-(-status.st_size // _PAGE) * _PAGE for _, status in entries if stat.S_ISREG(status.st_mode))
    Path(BOX).mkdir()
    namespaces.tmpfs(BOX, size=size + taken, inodes=inodes + len(entries) + 8, mode=0o700, uid=uid, gid=gid)
    for path, status in entries:
        target = Path(BOX, path.relative_to(source))
        if stat.S_ISDIR(status.st_mode):
            target.mkdir(mode=0o700)
        elif stat.S_ISREG(status.st_mode):
            shutil.copyfile(path, target)
        else:
            raise OSError(f"the private directory holds something that is no file: {target.name}")
        os.chown(target, uid, gid)
    for name in ("shm", "tmp"):
        target = Path(BOX, name)
        if not target.exists():
            target.mkdir(mode=0o700)
            os.chown(target, uid, gid)
