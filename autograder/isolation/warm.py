"""Student processes forked from a warm one, which has imported everything: milliseconds instead of seconds.

The warm process is started once for a set of modules. One that does not answer, or says that it cannot, is
ended and replaced; if the new one cannot either, each notebook gets a process of its own from then on.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from autograder.errors import InfrastructureError
from autograder.isolation.cgroup import Cgroup
from autograder.isolation.fence import NONE, Fence
from autograder.isolation.limited import ContainedTree, LimitedTree
from autograder.isolation.none import NoIsolation
from autograder.isolation.zygote import FenceError, Zygote, ZygoteError

if TYPE_CHECKING:
    from autograder.isolation.protocol import Launch, Tree

_COPIED = 256 * 2**20
"""Bytes for pages of the warm process that a child writes to, which are counted as its own from then on."""


class Warm:
    """The strategy. Close it, or use it as a context manager.

    Args:
        fence: what each process is locked into; an attribute, too.
        metered: count memory and processes of each in a control group.
    """

    def __init__(self, fence: Fence = NONE, *, metered: bool = False) -> None:
        self.name = fence.name
        self.fence = fence
        self._metered = metered
        self._zygotes: dict[tuple[str, ...], Zygote] = {}
        self._given_up = sys.platform != "linux"

    def warm_up(self, preload: tuple[str, ...]) -> None:
        """Start the warm process for these modules now; the first ``start`` waits for it."""
        if not self._given_up and preload not in self._zygotes:
            self._zygotes[preload] = Zygote(preload)

    def start(self, launch: Launch) -> Tree:
        """Fork a process, or start one if that cannot be done.

        Raises:
            InfrastructureError: the system refuses.
        """
        for last in (False, True):
            if self._given_up:
                break
            try:
                self.warm_up(launch.preload)
                return self._fork(self._zygotes[launch.preload], launch)
            except FenceError as refused:  # not the fault of the warm process, which stays
                if last:
                    raise InfrastructureError(
                        f"the system refuses to lock a student process: {refused}"
                    ) from refused
            except (ZygoteError, OSError) as error:
                if zygote := self._zygotes.pop(launch.preload, None):
                    zygote.close()
                if last:
                    warnings.warn(
                        f"notebooks are started without a warm process: {error}", RuntimeWarning, stacklevel=2
                    )
                    self._given_up = True
        return self._start_cold(launch)

    def _start_cold(self, launch: Launch) -> Tree:
        if self.fence == NONE:
            return NoIsolation().start(launch)
        try:
            zygote = Zygote(launch.preload, warm=False)
            try:
                return self._fork(zygote, launch)
            finally:
                zygote.close()
        except (ZygoteError, OSError) as error:
            raise InfrastructureError(f"cannot start a process for the notebook: {error}") from error

    def _fork(self, zygote: Zygote, launch: Launch) -> Tree:
        if not self._metered:
            return zygote.fork(launch, self.fence, ContainedTree if self.fence.namespaces else LimitedTree)
        group = Cgroup.create(memory=launch.limits.memory + _COPIED, tasks=self.fence.tasks)
        try:
            return zygote.fork(
                launch, replace(self.fence, cgroups=group.entrances), partial(MeteredTree, group)
            )
        except BaseException:
            group.remove()
            raise

    def close(self) -> None:
        """End the warm processes; students' processes stay."""
        while self._zygotes:
            self._zygotes.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MeteredTree(LimitedTree):
    """A student process and its descendants in a control group, which ends with them."""

    def __init__(self, group: Cgroup, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._group = group
        self._out_of_memory = False

    def measure(self) -> None:
        """Measure what the group has."""
        self._baseline = self._group.memory()

    def memory(self) -> int:
        """Bytes beyond the start, of the whole group."""
        return self._group.memory() - (self._baseline or 0)

    def out_of_memory(self) -> bool:
        """Whether the system has ended a process because the group used up its memory."""
        return self._out_of_memory or self._group.out_of_memory()

    def kill(self) -> None:
        """End all of it, and the group."""
        self._out_of_memory = self.out_of_memory()
        super().kill()
        self._group.remove()
