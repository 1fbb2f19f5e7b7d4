"""Where a grade came from: which tests, which versions."""

from __future__ import annotations

import hashlib
import json
import platform
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.policy import COUNTING

if TYPE_CHECKING:
    from autograder.course import Assignment

_PACKAGES = ("autograder", "hypothesis", "nbclient", "numpy", "scipy", "torch")


def tests_sha256(assignment: Assignment, *, hidden: bool) -> str:
    """Digest of what decides a verdict: settings, tests, and the hidden tests if they are run."""
    paths = sorted(assignment.directory.glob("**/*.py"))
    if hidden:
        paths.append(assignment.hidden_tests)
    settings = tomllib.loads((assignment.directory / "assignment.toml").read_text(encoding="utf-8"))
    deciding = {key: value for key, value in settings.items() if key not in COUNTING}
    digest = hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode() + b"\n")
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{content}  {path.name}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def reference_sha256(assignment: Assignment) -> str:
    """Digest of the course's own solution; empty if it is not here."""
    path = assignment.reference_source
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def package_sha256() -> str:
    """Digest of the source of this package: two checkouts may call themselves the same version."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{content}  {path.relative_to(root).as_posix()}\n".encode())
    return digest.hexdigest()


def digests(assignment: Assignment, submission: Path) -> tuple[str, str]:
    """Digests of a notebook and of the weights handed in with it; the second is empty if none are wanted.

    Raises:
        UnreadableNotebook, UnreadableWeights, InfrastructureError: a file cannot be read.
    """
    from autograder.notebook.read import read_bytes
    from autograder.notebook.weights import weights_bytes, weights_of

    files = [read_bytes(submission)]
    if assignment.weights and not assignment.retrain:
        files.append(weights_bytes(weights_of(submission, assignment)))
    notebook, *weights = (hashlib.sha256(content).hexdigest() for content in files)
    return notebook, "".join(weights)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a grade may depend on; none of them is imported."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
