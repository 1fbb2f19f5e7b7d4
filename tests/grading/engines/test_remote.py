"""What a foreign worker process keeps of the submissions that it was sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.demo import DemoCourse

ADMIT = """
import os, sys
from pathlib import Path
from autograder.course import Course
from autograder.grading.engines.protocol import Terms
from autograder.grading.engines.remote import Origin, admit

terms = Terms(assignment=Course(root=Path(sys.argv[1])).assignment("01_demo"))
assert "not the same" in admit(terms, Origin(tests="", reference="", package="", versions=()))
if sys.argv[2] == "killed":
    os._exit(1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere folders do not say whose they are")
def test_what_a_killed_worker_left_is_removed_by_the_next(course: DemoCourse, tmp_path: Path) -> None:
    """Nobody else comes to the machines of a cluster to do it."""
    top = tmp_path / "top"
    top.mkdir()
    left = []
    for ends in ("killed", "by itself"):
        subprocess.run(
            [sys.executable, "-c", ADMIT, str(course.root), ends],
            env={**os.environ, "TMPDIR": str(top)},
            check=ends != "killed",
        )
        left.append(len(list(top.iterdir())))
    assert left == [1, 0]
