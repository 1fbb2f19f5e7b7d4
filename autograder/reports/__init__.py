"""Renderers: each draws verdicts in one form and knows nothing of how they were found."""

from __future__ import annotations
