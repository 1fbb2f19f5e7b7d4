"""A real Dask cluster on this machine: a scheduler and the workers that somebody starts by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import psutil
from distributed import Security

SECONDS = 120.0


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for what other processes do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def certificates(folder: Path) -> list[str]:
    """Make a certificate; the options that name its files."""
    folder.mkdir()
    made = Security.temporary()
    for name, text in (
        ("ca.pem", made.tls_ca_file),
        ("cert.pem", made.tls_client_cert),
        ("key.pem", made.tls_client_key),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    names = {"--tls-ca-file": "ca.pem", "--tls-cert": "cert.pem", "--tls-key": "key.pem"}
    return [word for option, name in names.items() for word in (option, str(folder / name))]


class Dask:
    """The cluster; a context manager that ends what it started and looks that nothing is left.

    Args:
        root: an empty folder.
        tls: options with the certificates of all who may take part; none, and it is open.
    """

    def __init__(self, root: Path, tls: Sequence[str] = ()) -> None:
        self.root = root
        self.tls = list(tls)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.temporary = root / "tmp"
        self.temporary.mkdir(parents=True)
        described = root / "scheduler.json"
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard", "--port", "0"]
        command += ["--host", "tls://127.0.0.1" if tls else "127.0.0.1", "--scheduler-file", str(described)]
        self.scheduler = self._start([*command, *self.tls], "scheduler")
        until(lambda: described.exists() and described.read_text().endswith("}"))
        self.address: str = json.loads(described.read_text())["address"]

    def worker(
        self, name: str, *options: str, before: Sequence[str] = (), tls: Sequence[str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start ``autograder worker``; ``before`` stands before the command."""
        command = [*before, sys.executable, "-m", "autograder.cli", "worker", self.address, "--name", name]
        return self._start([*command, *options, *(self.tls if tls is None else tls)], name)

    def _start(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "COLUMNS": "80", "TMPDIR": str(self.temporary)}
        with (self.root / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.root, env=environment, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def log(self, name: str) -> str:
        return (self.root / f"{name}.log").read_text()

    def close(self) -> None:
        family = [
            child
            for process in self._processes
            if process.poll() is None
            for child in psutil.Process(process.pid).children(recursive=True)
        ]
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        _, left = psutil.wait_procs(family, timeout=20)
        for process in left:
            process.kill()
        assert left == []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
