"""How xdist spreads graded tests over its workers."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling


class AssignmentScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """All tests of an assignment, public and hidden, go to one worker; other tests go one by one."""

    def _split_scope(self, nodeid: str) -> str:
        kind, _, rest = nodeid.partition("/")
        name, separator, _ = rest.partition("/")
        return name if separator and kind in ("assignments", "reference") else nodeid
