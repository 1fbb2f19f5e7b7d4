"""What a way of isolating student processes has to offer."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from autograder.course import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A student process that is wanted."""

    channel: socket.socket
    """The student's end of the channel; the process inherits it, and nothing else."""
    directory: Path
    """Private to this process, with the folders ``work`` (its working directory), ``home`` and ``tmp``."""
    preload: tuple[str, ...]
    """Modules that are imported before the first cell."""
    limits: Limits


class Tree(Protocol):
    """A student process and everything that it starts."""

    pid: int
    output: int | None
    """Descriptor with what is written to standard output and error past the channel; closed by ``kill``."""

    def measure(self) -> None:
        """Note what it uses; called when the process is ready and has not run code of the student."""

    def running(self) -> bool:
        """Whether the process itself is alive."""

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process itself; whether it came."""

    def memory(self) -> int:
        """Bytes in use by the whole tree beyond what the process had when it became ready."""

    def out_of_memory(self) -> bool:
        """Whether the system has ended a process of it at its own limit of memory, as far as it says."""

    def killed(self) -> bool | None:
        """Whether something else than the notebook has killed the process; None where nobody can tell.

        That may be a person, or a system that is out of memory. Call it after the end of the process.
        """

    def starved(self) -> float:
        """Seconds so far in which the process was ready to run and other programs had the processors."""

    def kill(self) -> None:
        """End all of it, at once, whatever it does about signals. Safe to call again.

        Raises:
            InfrastructureError: something is still running.
        """

    def ending(self) -> str:
        """How the process ended, e.g. ``"exited with code 1"``; call it after its end."""


class Isolation(Protocol):
    """A strategy: how a student process is started and what it is kept from."""

    name: str
    """As reports show it."""

    def start(self, launch: Launch) -> Tree:
        """Start a process.

        Raises:
            InfrastructureError: the system refuses.
        """
