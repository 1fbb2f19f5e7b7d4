"""A notebook that ends itself ends, and is said to end, in the same way in every fence."""

from __future__ import annotations

import os
import sys

import pytest

from autograder.errors import StudentStopped
from autograder.isolation.strategies import strategy
from autograder.student import StudentProcess
from tests.isolation.conftest import namespaces_missing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fences need Linux")

WAYS = (
    "os.kill(os.getpid(), 9)",
    "signal.raise_signal(9)",
    "os.kill(0, 9)",
    "os._exit(9)",
    "ctypes.string_at(0)",
)
CHILD = """
import subprocess
process = subprocess.Popen(["sleep", "30"])
process.kill()
code = process.wait()
"""


@pytest.mark.parametrize("name", ["restricted", "contained"])
def test_endings_are_the_same_as_without_a_fence(name: str) -> None:
    if name == "contained" and namespaces_missing("root" if os.geteuid() == 0 else "user"):
        pytest.skip("this system lets nobody make namespaces")

    def ending(chosen: str) -> list[str]:
        found = []
        with strategy(chosen) as isolation:
            for way in WAYS:
                with (
                    StudentProcess.spawn(isolation=isolation) as process,
                    pytest.raises(StudentStopped) as stopped,
                ):
                    process.execute(1, f"import ctypes, os, signal\n{way}")
                found.append(stopped.value.message)
        return found

    assert ending(name) == ending("none")


def test_a_notebook_can_kill_its_children() -> None:
    if namespaces_missing("root" if os.geteuid() == 0 else "user"):
        pytest.skip("this system lets nobody make namespaces")
    with strategy("contained") as isolation, StudentProcess.spawn(isolation=isolation) as process:
        assert process.execute(1, CHILD).error is None
        assert process.student.code == -9
