"""The engines by name: ours, and those that other packages register."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.grading.engines.protocol import Engine, Wanted

GROUP = "autograder.engines"
"""The group of entry points."""

_OURS = {
    "tcp": "autograder.grading.engines.dask:Cluster",
    "tls": "autograder.grading.engines.dask:Cluster",
    "slurm": "autograder.grading.engines.slurm:Slurm",
}


def engine(wanted: Wanted) -> Engine:
    """The engine that was asked for, not yet entered.

    Raises:
        UsageError: there is none of that name, or it cannot be used.
    """
    name = wanted.cluster.partition("://")[0]
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        found: Engine = getattr(import_module(module), attribute)(wanted)
        return found
    others = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if name not in others:
        known = ", ".join([*(f"{name}://..." for name in ("tcp", "tls")), "slurm", *sorted(others)])
        raise UsageError(f"there is no cluster of that kind (there are: {known}): {wanted.cluster}")
    theirs: Engine = others[name].load()(wanted)
    return theirs
