from __future__ import annotations

from pathlib import Path

import pytest

from tests.demo import DemoCourse


@pytest.fixture
def course(tmp_path: Path) -> DemoCourse:
    """A small course in a temporary folder."""
    return DemoCourse(tmp_path / "course")
