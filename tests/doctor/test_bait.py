"""What a probe lays out is there whatever the system looks like."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from autograder.doctor.bait import Bait

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the probe needs Linux")


def test_a_socket_is_laid_out_also_where_temporary_folders_have_long_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("a" * 100)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with Bait() as bait:
        address = next(address for name, *_, address in bait.servers if name == "a socket file")
        assert Path(address).is_socket()
    assert not Path(address).exists()
    assert list(folder.iterdir()) == []
