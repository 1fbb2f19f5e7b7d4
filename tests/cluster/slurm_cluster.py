"""A real SLURM on this machine, brought up for a test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

_SCRIPTS = Path(__file__).parent / "slurm"


class Slurm:
    """Two nodes; a context manager. Needs root, and what ``.ci/install-slurm`` installs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/var/tmp"))
        self.folder.chmod(0o755)  # for user munge
        self.shared = self.folder / "shared"
        self.shared.mkdir()
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}
        done = subprocess.run(
            [str(_SCRIPTS / "up"), str(self.folder), str(_free_ports())],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def __call__(self, *command: str) -> str:
        """Run one of its commands; what it prints."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    def jobs(self) -> list[str]:
        """The numbers of those that run, in order."""
        return sorted(self("squeue", "--noheader", "--states=RUNNING", "--format=%A").split(), key=int)

    def idle(self) -> bool:
        return self("squeue", "--noheader").strip() == ""

    def whole(self) -> bool:
        """Whether all nodes can be used."""
        return set(self("sinfo", "--noheader", "--Node", "--format=%t").split()) == {"idle"}

    def close(self) -> None:
        done = subprocess.run(
            [str(_SCRIPTS / "down"), str(self.folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _free_ports() -> int:
    """The first of three; they may be gone by the time they are used, which ``up`` says."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except (OSError, OverflowError):
                continue
            return port
