"""How a student process is begun: its command line and its environment, whatever fences it."""

from __future__ import annotations

import json
import os
import shutil
import site
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import autograder

if TYPE_CHECKING:
    from autograder.isolation.protocol import Launch

# This very package, which need not be the one that is installed, and nothing else of the folder it lies in.
_BOOT = """
import importlib.util, os, sys
sys.path.append(sys.argv[2])
folder = os.path.join(sys.argv[2], "autograder")
spec = importlib.util.spec_from_file_location(
    "autograder", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
)
sys.modules["autograder"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["autograder"])
from autograder.student.kernel import main
main(sys.argv[1:])
"""
_PACKAGE_ROOT = str(Path(autograder.__file__).resolve().parent.parent)

_INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),  # where the interpreter finds its libraries
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),  # without which Windows starts nothing
)


def command(launch: Launch, *, descriptor: int | None = None, share: int = 0) -> list[str]:
    """The command line.

    Args:
        launch: what is wanted.
        descriptor: number under which the process inherits the channel.
        share: where descriptors are not inherited (Windows): bytes on standard input that name the channel.
    """
    settings = {
        "descriptor": descriptor,
        "share": share,
        "package_root": _PACKAGE_ROOT,
        "preload": launch.preload,
        "max_answer": launch.limits.answer,
        "directory": str(launch.directory),
        # Linux means the thread that started the process, so only the main one may ask for it
        "dies_with_parent": sys.platform == "linux" and threading.current_thread() is threading.main_thread(),
    }
    user_site = [] if site.ENABLE_USER_SITE else ["-s"]
    # -P: the working directory must not come before the standard library while this package is imported
    return [sys.executable, *user_site, "-P", "-c", _BOOT, json.dumps(settings), _PACKAGE_ROOT]


def environment(directory: Path) -> dict[str, str]:
    """The environment variables, all of them: nothing of the grader's own passes by accident."""
    home, temporary = str(directory / "home"), str(directory / "tmp")
    variables = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    variables.setdefault("PATH", os.defpath)
    variables |= {
        "HOME": home,
        "USERPROFILE": home,
        "IPYTHONDIR": str(directory / "home" / ".ipython"),
        "MPLCONFIGDIR": str(directory / "home" / ".matplotlib"),
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",  # the same order of sets on every run
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        # one thread: the same sums on every machine, and many submissions side by side
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
        # glibc: keep freed memory. Training frees and asks for the same large arrays in every step, and up to
        # half of its time would go into having the system map and clear their pages again.
        "MALLOC_MMAP_THRESHOLD_": str(2**28),
        "MALLOC_TRIM_THRESHOLD_": str(2**30),
    }
    if site.ENABLE_USER_SITE:
        variables["PYTHONUSERBASE"] = site.getuserbase()
    return variables


def furnish(directory: Path) -> None:
    """Make the folders of a process's private directory."""
    for name in ("work", "tmp", "home", "home/.matplotlib"):
        (directory / name).mkdir(mode=0o700)
    # matplotlib lists the system's fonts on its first import, for seconds; the list holds nothing private
    for fonts in _matplotlib_cache().glob("fontlist-*.json"):
        shutil.copyfile(fonts, directory / "home" / ".matplotlib" / fonts.name)


def _matplotlib_cache() -> Path:
    if "MPLCONFIGDIR" in os.environ:
        return Path(os.environ["MPLCONFIGDIR"])
    if sys.platform in ("win32", "darwin"):
        return Path.home() / ".matplotlib"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
