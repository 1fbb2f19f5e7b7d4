"""Grade on the workers of a Dask cluster: one submission at a time on each, and each told which is its own.

Dask's scheduler does not choose. A worker is asked first whether it may grade (``remote.admit``), then gets
one submission after the other, bound to it by its address. So the death of a worker concerns the one that it
had and no other: Dask blames every task that waits on a dead worker, and here none ever waits.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autograder.errors import InfrastructureError, UsageError
from autograder.grading.engines import launch, remote, tls
from autograder.grading.engines.parcel import pack

if TYPE_CHECKING:
    from distributed import Client, Security

    from autograder.doctor.probe import Probe
    from autograder.grading.attempt import Attempt
    from autograder.grading.engines.protocol import Pool, Terms, Wanted
    from autograder.grading.intake.naming import Submission

_ANSWER = 30.0
"""Seconds that the scheduler has to answer."""
_HOPE = 10.0
"""Seconds to wait for a better worker where those that came may not be used."""
_GET_READY = 900.0
"""Seconds that a worker has to say whether it may grade; it tries the isolation meanwhile."""
_MAX_FAILURES = 3
"""In a row; then it is the worker."""
_LOST = ("CancelledError", "FutureCancelledError", "KilledWorker", "NoValidWorkerError", "NoWorkerError")


@dataclass(frozen=True, slots=True)
class Machine:
    """A worker as the scheduler knows it."""

    name: str
    threads: int
    has_gpus: bool


class Cluster:
    """A Dask cluster that is there already; the engine for ``tcp://`` and ``tls://``.

    Args:
        wanted: with the address of its scheduler.
    """

    def __init__(self, wanted: Wanted) -> None:
        launch.require_dask()
        self.wanted = wanted
        self.client: Client
        self._seen: dict[str, tuple[float, float]] = {}

    def __enter__(self) -> Self:
        address, certificates = self.wanted.cluster, self.wanted.certificates
        encrypted = address.startswith("tls://")
        if certificates and not encrypted:
            raise UsageError(f"certificates are of no use without tls:// in the address: {address}")
        if not encrypted:
            self.wanted.tell(
                f"the connection to {address} is open: whoever reaches it can run programs in your name"
            )
        self._connect(address, tls.security(certificates) if encrypted else None)
        return self

    def _connect(self, where: Any, security: Security | None) -> None:
        from distributed import Client

        for name in ("distributed", "distributed.client", "distributed.core", "distributed.scheduler"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what concerns the batch is said by us
        try:
            self.client = Client(
                where, security=security, timeout=min(self.wanted.patience, _ANSWER), set_as_default=False
            )
        except (OSError, TypeError, ValueError) as error:
            raise UsageError(f"cannot connect to the cluster: {' '.join(str(error).split())}") from None

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, TimeoutError):
            self.client.close()

    def open(self, terms: Terms) -> Pool:
        """The workers of the cluster, for these terms."""
        return DaskPool(self, terms)

    @property
    def keys(self) -> tuple[Path, ...]:
        """Files of its own that students must not read."""
        security = self.client.security
        return tls.files_of(security) if security is not None else ()

    def machines(self) -> dict[str, Machine]:
        """The workers that show signs of life, by address.

        Raises:
            InfrastructureError: the scheduler does not answer.
        """
        try:
            known = self.client.sync(self.client.scheduler.identity, n_workers=-1, callback_timeout=_ANSWER)[
                "workers"
            ]
        except Exception as error:  # noqa: BLE001 - Dask has many of its own for this
            raise InfrastructureError(
                f"the connection to the cluster was lost ({type(error).__name__}: {error})"
            ) from None
        now = time.monotonic()
        found = {}
        for address, about in known.items():
            seen, since = self._seen.get(address, (-1.0, now))
            if seen != about["last_seen"]:  # its own clock: only a change says something
                since = now
            self._seen[address] = about["last_seen"], since
            if now - since < self.wanted.patience and about.get("status", "running") == "running":
                host = about.get("host", "?")
                name = str(about["name"])
                found[address] = Machine(
                    name=f"{host} ({address})" if name == address else f"{name} on {host}",
                    threads=about["nthreads"],
                    has_gpus=about["resources"].get("GPU", 0) >= self.wanted.gpus,
                )
        self._seen = {address: self._seen[address] for address in known}
        return found

    def executor(self, address: str) -> Executor:
        """Runs functions on that worker alone."""
        resources = {"GPU": self.wanted.gpus} if self.wanted.gpus else None
        found: Executor = self.client.get_executor(
            pure=False, retries=0, workers=[address], allow_other_workers=False, resources=resources
        )
        return found

    def tick(self) -> None:
        """Nothing is to be done for workers that somebody else has started."""

    def hopeless(self, seconds: float, refused: Mapping[str, str], machines: Mapping[str, Machine]) -> str:
        """Why there will be no worker, after so many seconds without one; empty if one may still come."""
        if refused and seconds > min(_HOPE, self.wanted.patience):
            return f"no worker of the cluster may grade: {'; '.join(refused.values())}"
        if machines and seconds > self.wanted.patience:
            return f"no worker of the cluster has {self._gpus}; start one with: autograder worker --gpus"
        if seconds > self.wanted.patience:
            return (
                f"the cluster has had no worker for {seconds:.0f} seconds; start some with: autograder worker"
            )
        return ""

    @property
    def _gpus(self) -> str:
        number = self.wanted.gpus
        return f"{number} graphics {'card' if number == 1 else 'cards'}"

    def probe(self, name: str, hidden: Sequence[Path]) -> Probe:
        """Try an isolation on the worker that comes first."""
        begun, refused = time.monotonic(), dict[str, str]()
        while True:
            self.tick()
            machines = self.machines()
            for address, machine in machines.items():
                if machine.has_gpus and address not in refused:
                    future = self.executor(address).submit(remote.probe, name, (*hidden, *self.keys))
                    while not wait([future], timeout=1.0).done and address in self.machines():
                        pass
                    if future.cancelled() or not future.done():  # it is gone
                        future.cancel()
                    elif (error := future.exception()) is None:
                        found: Probe = future.result()
                        return found
                    else:
                        refused[address] = refusal(machine, f"{type(error).__name__}: {error}")
            if reason := self.hopeless(time.monotonic() - begun, refused, machines):
                raise InfrastructureError(reason)
            time.sleep(DaskPool.interval)


def refusal(machine: Machine, reason: str) -> str:
    """On one line, whatever Dask makes of it."""
    return " ".join(f"worker {machine.name} is refused: {reason}".split())


class _Seat:
    """One worker that may grade."""

    def __init__(self, machine: Machine, executor: Executor) -> None:
        self.machine = machine
        self.executor = executor
        self.future: Future[Attempt] | None = None
        self.failures = 0

    @property
    def free(self) -> bool:
        return self.future is None or self.future.done()


class DaskPool:
    """Those workers of a cluster that may grade by the same terms; as ``protocol.Pool``."""

    interval = 0.5

    def __init__(self, cluster: Cluster, terms: Terms) -> None:
        self._cluster = cluster
        self._terms = terms
        self._origin = remote.Origin.here(terms)
        self._seats: dict[str, _Seat] = {}
        self._asked: dict[str, tuple[_Seat, Future[str], float]] = {}
        self._refused: dict[str, str] = {}
        self._looked = self._alone_since = time.monotonic() - self.interval

    @property
    def slots(self) -> int:
        """A submission for each worker, up to what was asked for."""
        return min(len(self._seats), self._cluster.wanted.jobs or len(self._seats))

    def submit(self, submission: Submission) -> Future[Attempt]:
        """Give it to a worker that has nothing to do."""
        parcel = pack(submission.path, self._terms.assignment, submission.questions)
        seat = next(seat for seat in self._seats.values() if seat.free)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # nobody sends it twice
            seat.future = seat.executor.submit(remote.grade, self._terms, self._origin, parcel)
        return seat.future

    def is_lost(self, error: BaseException) -> bool:
        """Whether a worker is gone, or its disk or network."""
        gone = isinstance(error, CancelledError | remote.WorkerDied | OSError)
        return gone or type(error).__name__ in _LOST

    def tick(self) -> None:
        """Take in workers that came, let go those that went."""
        self._hear()
        if time.monotonic() - self._looked < self.interval:
            return
        self._cluster.tick()
        machines = self._cluster.machines()
        for gone in [address for address in (*self._seats, *self._asked) if address not in machines]:
            self._forget(gone)
        self._refused = {a: reason for a, reason in self._refused.items() if a in machines}
        for address, machine in machines.items():
            known = address in self._seats or address in self._asked or address in self._refused
            if not known and machine.has_gpus:
                self._ask(address, machine)
        self._looked = time.monotonic()
        if self._seats or self._asked:
            self._alone_since = self._looked
        elif reason := self._cluster.hopeless(self._looked - self._alone_since, self._refused, machines):
            raise InfrastructureError(reason)

    def _ask(self, address: str, machine: Machine) -> None:
        if machine.threads != 1:
            self._refuse(address, machine, f"it has {machine.threads} threads and not one")
            return
        seat = _Seat(machine, self._cluster.executor(address))
        answer = seat.executor.submit(remote.admit, self._terms, self._origin)
        self._asked[address] = seat, answer, time.monotonic()

    def _hear(self) -> None:
        """What those say that were asked, and what of those that failed."""
        for address, (seat, future, since) in [*self._asked.items()]:
            if not future.done():
                if time.monotonic() - since > _GET_READY:
                    self._refuse(address, seat.machine, f"it was not ready after {_GET_READY:.0f} seconds")
                continue
            del self._asked[address]
            error = CancelledError() if future.cancelled() else future.exception()
            if error is not None and not self.is_lost(error):
                self._refuse(address, seat.machine, f"{type(error).__name__}: {error}")
            elif error is None and (reason := future.result()):
                self._refuse(address, seat.machine, reason)
            elif error is None:
                self._seats[address] = seat
        for address, seat in [*self._seats.items()]:
            if seat.future is not None and seat.future.done():
                failed = not seat.future.cancelled() and seat.future.exception() is not None
                died = failed and isinstance(seat.future.exception(), remote.WorkerDied)
                seat.failures = seat.failures + 1 if failed and not died else 0
                if seat.failures >= _MAX_FAILURES:
                    self._refuse(address, seat.machine, f"it fails: {seat.future.exception()}")
                seat.future = None

    def _refuse(self, address: str, machine: Machine, reason: str) -> None:
        self._forget(address)
        self._refused[address] = refusal(machine, reason)
        self._cluster.wanted.tell(self._refused[address])

    def _forget(self, address: str) -> None:
        """Take it for lost: what it has is given to another, and what it may still answer is not heard."""
        if address in self._asked:
            self._asked.pop(address)[1].cancel()
        seat = self._seats.pop(address, None)
        if seat is not None and seat.future is not None:
            seat.future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        busy = [address for address, seat in self._seats.items() if not seat.free] + [*self._asked]
        for address in [*self._seats, *self._asked]:
            self._forget(address)
        if kind is not None and busy:
            with suppress(Exception):  # the connection may be what was lost
                self._cluster.client.run(remote.stop, self._terms, workers=busy, on_error="ignore")
