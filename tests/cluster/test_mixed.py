"""The same mixed class on this machine, on Dask and on SLURM: what is written is the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.arena import available
from tests.attacks.mixed import NUMBER, hand_in_mixed
from tests.attacks.world import World
from tests.cluster.dask_cluster import Dask, certificates
from tests.cluster.slurm_cluster import Slurm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strategies and SLURM need Linux")


def grade(world: World, out: Path, isolation: str, *options: str, **environment: str) -> dict[str, bytes]:
    """Grade them; what was written for people, by path."""
    command = [sys.executable, "-m", "autograder.cli", "grade", str(world.root / "attempts"), "--hidden"]
    command += ["--out", str(out), "--assignment", "01_attacked", "--isolation", isolation, *options]
    done = subprocess.run(
        command,
        cwd=world.course,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = [path for folder in ("results", "feedback") for path in sorted((out / folder).iterdir())]
    return {str(path.relative_to(out)): path.read_bytes() for path in [*files, out / "index.html"]}


def test_two_hundred_mixed_submissions_get_the_same_bytes_everywhere(tmp_path: Path) -> None:
    isolation = available()[-1]
    with World() as world:
        hand_in_mixed(world.root / "attempts", world, isolation)
        here = grade(world, tmp_path / "here", isolation, "--jobs", "2")
        assert len(here) == 3 * NUMBER + 1
        proofs = certificates(tmp_path / "certificates")
        with Dask(tmp_path / "dask", proofs) as dask:
            dask.worker("w", "--slots", "2")
            there = grade(world, tmp_path / "there", isolation, "--cluster", dask.address, *proofs)
        assert differing(there, here) == []
        with Slurm() as slurm:
            options = ["--cluster", "slurm", "--jobs", "2", "--shared", str(slurm.shared)]
            there = grade(world, tmp_path / "slurm", isolation, *options, **slurm.environment)
        assert differing(there, here) == []


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
