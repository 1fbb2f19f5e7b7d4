"""Engines by name: what can be asked for, and how another package adds one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo import SOLVED, DemoCourse, write_notebook

ENGINE = """
from autograder.grading.engines.local import Local

def engine(wanted):
    wanted.tell(f"here are {wanted.jobs} of {wanted.cluster}")
    return Local(wanted.jobs)
"""


def grade(course: DemoCourse, *options: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [*filter(None, [path and str(path), os.environ.get("PYTHONPATH")])]
    handed_in = course.root / "handed-in"
    handed_in.mkdir(exist_ok=True)
    for name in ("ann", "bob"):
        write_notebook(handed_in / f"{name}.ipynb", SOLVED)
    command = [sys.executable, "-m", "autograder.cli", "grade", str(handed_in), "--assignment", "01_demo"]
    return subprocess.run(
        [*command, "--out", "out", "--isolation", "none", *options],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_another_package_can_add_an_engine(course: DemoCourse, tmp_path: Path) -> None:
    about = tmp_path / "lab-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[autograder.engines]\nlab = lab:engine\n")
    (tmp_path / "lab.py").write_text(ENGINE)
    done = grade(course, "--cluster", "lab://room-7", "--jobs", "2", path=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "autograder: here are 2 of lab://room-7" in done.stderr
    assert "2 submissions graded" in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cluster", "lab"], ["no cluster of that kind", "slurm", "tls://", "lab"]),
        (["--gpus", "1"], ["--gpus is of no use without --cluster"]),
        (["--tls-ca-file", "ca.pem"], ["--tls-ca-file is of no use without --cluster"]),
        (["--cluster", "tls://localhost:1", "--tls-cert", "c.pem"], ["belong together"]),
        (
            ["--cluster", "tls://localhost:1", "--tls-ca-file", "a", "--tls-cert", "b", "--tls-key", "c"],
            ["cannot find the file of a certificate", "a"],
        ),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(
    course: DemoCourse, options: list[str], words: list[str]
) -> None:
    done = grade(course, *options)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr
    assert not (course.root / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["slurm"], ["begins with tcp:// or tls://", "slurm"]),
        (["tls://localhost:1", "--tls-key", "k.pem"], ["belong together"]),
        (["tcp://localhost:1", "--course", "nowhere"], ["no folder 'assignments'", "nowhere"]),
    ],
)
def test_a_worker_that_makes_no_sense_is_not_started(
    tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    command = [sys.executable, "-m", "autograder.cli", "worker", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2, done.stdout
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_without_the_packages_of_the_extra_the_extra_is_named(course: DemoCourse, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError('as if it were not installed')\n")
    done = grade(course, "--cluster", "tls://localhost:1", path=tmp_path)
    assert done.returncode == 2, done.stdout
    assert "pip install 'autograder[cluster]'" in done.stderr
