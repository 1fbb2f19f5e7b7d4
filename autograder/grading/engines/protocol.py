"""What an engine has to offer, so that others can be added.

An engine is registered as an entry point of the group ``autograder.engines``: the name is what stands before
``://`` in ``--cluster NAME://...`` (or all of it: ``--cluster NAME``), the value is a callable that takes a
``Wanted`` and returns an ``Engine``. An engine that can run a function somewhere else, as every
``concurrent.futures.Executor`` can, needs little more than::

    executor.submit(remote.grade, terms, origin, parcel.pack(submission.path, terms.assignment))

in processes that were started for it alone; ``remote.admit`` says first whether such a process may grade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.doctor.probe import Probe
    from autograder.grading.attempt import Attempt
    from autograder.grading.intake.naming import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all submissions of a batch are graded by."""

    assignment: Assignment
    hidden: bool = False
    """Whether the hidden tests are run too."""
    isolation: str = "none"
    """Name of the strategy that fences the student processes."""
    lacking: tuple[str, ...] = ()
    """What of ``doctor.probe.CAPABILITIES`` the batch does not promise; all else has to hold."""
    secrets: tuple[Path, ...] = ()
    """Files and folders that a student process must not be able to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM format by which the two ends of a connection prove who they are."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for of an engine."""

    cluster: str
    """As ``--cluster`` has it."""
    jobs: int | None = None
    """Submissions at a time, at most."""
    gpus: int = 0
    """Graphics cards for each submission."""
    certificates: Certificates | None = None
    memory: int = 0
    """Bytes that a student's code may use."""
    shared: Path | None = None
    """A folder that all machines see."""
    directives: tuple[str, ...] = ()
    """Options for each job of a queueing system."""
    patience: float = 60.0
    """Seconds to wait for a worker where there is none, and for a sign of life of one that there is."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Takes a line for the person who is waiting."""


class Pool(Protocol):
    """Workers that grade by the same terms. A context manager; left by an exception, it ends them at once.

    It is used by one thread.
    """

    @property
    def interval(self) -> float | None:
        """Seconds after which ``tick`` is wanted even if nothing is done; None if never."""

    @property
    def slots(self) -> int:
        """How many submissions may be under way now."""

    def submit(self, submission: Submission) -> Future[Attempt]:
        """Have it graded. Not called with as many under way as there are slots.

        Raises:
            InfrastructureError: it cannot be read.
        """

    def is_lost(self, error: BaseException) -> bool:
        """Whether ``error``, of a future, says no more than that its worker is gone."""

    def tick(self) -> None:
        """Look after the workers; called before submissions are handed out.

        Raises:
            InfrastructureError: there is none, and there will not be one.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """Opens pools. A context manager.

    Raises:
        UsageError: on entering, if it cannot be used.
    """

    def open(self, terms: Terms) -> Pool:
        """Workers for these terms."""

    def probe(self, name: str, hidden: Sequence[Path]) -> Probe:
        """Try an isolation where submissions will be graded; arguments as ``doctor.probe.probe_named``.

        Raises:
            InfrastructureError: there is nobody who could.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
