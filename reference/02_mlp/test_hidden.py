"""Hidden tests of assignment 02."""

from __future__ import annotations

from autograder.checks.inputs import together  # noqa: F401
