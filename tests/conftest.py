from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.demo import DemoCourse

# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def course(tmp_path: Path) -> DemoCourse:
    """A small course in a temporary folder."""
    return DemoCourse(tmp_path / "course")
