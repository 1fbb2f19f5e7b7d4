"""How a fresh Python is begun: its command line, its environment, its directory."""

from __future__ import annotations

import json
import os
import shutil
import site
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import autograder

# This very package, which need not be the one that is installed, and nothing else of the folder it lies in.
_BOOT = """
import importlib, importlib.util, os, sys
sys.path.append(sys.argv[2])
folder = os.path.join(sys.argv[2], "autograder")
spec = importlib.util.spec_from_file_location(
    "autograder", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
)
sys.modules["autograder"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["autograder"])
module, _, function = sys.argv[1].partition(":")
getattr(importlib.import_module(module), function)(sys.argv[3:])
"""
_PACKAGE_ROOT = str(Path(autograder.__file__).resolve().parent.parent)

_INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),  # where the interpreter finds its libraries
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),  # without which Windows starts nothing
)


def command(entry: str, settings: Mapping[str, Any]) -> list[str]:
    """The command line of a fresh Python.

    Args:
        entry: ``module:function`` to call in it.
        settings: its argument, and ``package_root``.
    """
    user_site = [] if site.ENABLE_USER_SITE else ["-s"]
    text = json.dumps({**settings, "package_root": _PACKAGE_ROOT})
    # -P: the working directory must not come before the standard library while this package is imported
    return [sys.executable, *user_site, "-P", "-c", _BOOT, entry, _PACKAGE_ROOT, text]


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
