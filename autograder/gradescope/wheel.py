"""The installed package as a wheel, wherever it was installed from: nothing is built or fetched."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.errors import UsageError

_PACKAGE = Path(__file__).parents[1]
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TAG = "py3-none-any"


def wheel() -> tuple[str, bytes]:
    """Its file name and its bytes; the same package gives the same bytes.

    Raises:
        UsageError: the package runs from a folder and is not installed, so that nothing says what it needs.
    """
    installed = _installed()
    name = f"autograder-{installed.version}"
    about = f"{name}.dist-info"
    files = {
        path.relative_to(_PACKAGE.parent).as_posix(): path.read_bytes() for path in files_below(_PACKAGE)
    }
    files[f"{about}/METADATA"] = (installed.read_text("METADATA") or "").encode()
    files[f"{about}/entry_points.txt"] = (installed.read_text("entry_points.txt") or "").encode()
    files[f"{about}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    )
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    return f"{name}-{_TAG}.whl", zipped(files)


def files_below(folder: Path) -> list[Path]:
    """All files in a folder, in order, without what tools leave behind."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    ]


def zipped(files: dict[str, bytes], *, executable: frozenset[str] = frozenset()) -> bytes:
    """An archive of these files; the same files give the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if path in executable else 0o100644) << 16
            archive.writestr(entry, content)
    return data.getvalue()


def pins(extras: tuple[str, ...] = ("course",)) -> str:
    """The versions here of all that the package needs, for pip: the grade is made by the same ones there.

    A version of one build alone (``+cpu``) is given without it, because any build will do.
    """
    found: dict[str, str] = {}
    waiting = [(Requirement("autograder"), extras)]
    seen = set()
    while waiting:
        wanted, groups = waiting.pop()
        key = (canonicalize_name(wanted.name), groups)
        if key in seen:
            continue
        seen.add(key)
        try:
            installed = metadata.distribution(wanted.name)
        except metadata.PackageNotFoundError:
            continue  # needed on another system only
        found[key[0]] = installed.version.partition("+")[0]
        for text in installed.requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in ("", *groups)):
                waiting.append((needed, tuple(sorted(needed.extras))))
    found.pop("autograder", None)
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def _installed() -> metadata.Distribution:
    try:
        return metadata.distribution("autograder")
    except metadata.PackageNotFoundError:
        raise UsageError("autograder has to be installed to be packed (make setup, or pip install)") from None


def _digest(data: bytes) -> str:
    return re.sub("=+$", "", base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode())
