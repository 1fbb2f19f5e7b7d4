"""What a student process has to read: the interpreter, installed packages, the system's libraries.

Folders are named as narrowly as they can be. A virtual environment often lies in the course's own checkout,
and an editable package puts that checkout on ``sys.path``: only the environment's own folders are taken of
it, and of this package its own folder.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_PACKAGE = Path(__file__).parents[1]

_SYSTEM = (
    *(
        "/usr/lib",
        "/usr/lib64",
        "/usr/libexec",
        "/usr/bin",
        "/usr/share",
        "/usr/local/lib",
        "/usr/local/lib64",
    ),
    *("/lib", "/lib64", "/bin", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/timezone", "/etc/fonts"),
    *("/etc/mime.types", "/sys/devices/system/cpu"),
)
_OF_PREFIX = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
_SITES = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """Real paths of files and folders, none within another, and the symbolic links on the way to them."""

    paths: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    """Place and target."""


def visible(*, also: Iterable[Path] = (), hidden: Iterable[Path] = ()) -> Visible:
    """What the running interpreter needs.

    Args:
        also: files and folders to add.
        hidden: what must not be among it.

    Raises:
        UsageError: something hidden would be.
    """
    links: dict[str, str] = {}
    real = {_follow(path, links) for path in [*_wanted(), *map(str, also)] if Path(path).exists()}
    real.discard("/")
    paths = tuple(sorted(path for path in real if not any(map(real.__contains__, _parents(path)))))
    for secret in hidden:
        place = str(Path(secret).resolve())
        for parent in (place, *_parents(place)):
            if parent in paths:
                raise UsageError(
                    f"students' code must read {parent} to run, but {secret}, which it must not see, lies in "
                    "it; move the course to a folder of its own"
                )
    outer = {
        link: target for link, target in links.items() if not any(map(paths.__contains__, _parents(link)))
    }
    return Visible(paths=paths, links=tuple(sorted(outer.items())))


def _wanted() -> Iterator[str]:
    yield from _SYSTEM
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        yield from (str(Path(prefix, name)) for name in _OF_PREFIX)
    paths = sysconfig.get_paths()
    yield from (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()
    yield from (entry for entry in sys.path if Path(entry).name in _SITES)
    yield from filter(os.path.isabs, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    yield str(_PACKAGE)


def _follow(path: str, links: dict[str, str]) -> str:
    """The real path; notes the links on the way."""
    place = "/"
    waiting = [part for part in path.split("/") if part][::-1]
    for _ in range(1000):
        if not waiting:
            return place
        part = waiting.pop()
        step = os.path.normpath(Path(place, part))
        if part != ".." and Path(step).is_symlink():
            target = str(Path(step).readlink())
            links[step] = target
            place = "/" if target.startswith("/") else place
            waiting += [part for part in target.split("/") if part][::-1]
        else:
            place = step
    raise UsageError(f"{path} leads through too many symbolic links")


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in Path(path).parents]
