"""Temporary folders: whose may be removed, and whose not."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.isolation import temporary

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere folders do not say whose they are")

MAKE = """
import sys
from pathlib import Path
from autograder.isolation import temporary
if sys.argv[1:]:
    temporary.BOOT_ID = Path(sys.argv[1])
print(temporary.make("notebook"))
"""


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "top"
    top.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(top))
    monkeypatch.setenv("TMPDIR", str(top))
    return top


def made_by_another(*arguments: str) -> Path:
    """A folder of a process that has ended without removing it."""
    done = subprocess.run(
        [sys.executable, "-c", MAKE, *arguments], capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


@pytest.mark.usefixtures("top")
def test_what_a_process_left_that_is_gone_is_found_and_nothing_else() -> None:
    temporary.make("notebook")
    tempfile.mkdtemp(prefix="notebook-")
    left = made_by_another()
    assert list(temporary.left_behind()) == [left]


def test_what_another_machine_uses_is_left_alone(top: Path) -> None:
    """Machines may share the folder for temporary files, and their first process namespaces look alike."""
    another = top / "boot_id"
    another.write_text("00000000-1111-2222-3333-444444444444\n")
    made_by_another(str(another))
    assert list(temporary.left_behind()) == []
