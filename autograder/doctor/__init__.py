"""What a strategy keeps student processes from, found out by trying, and which one to take."""

from __future__ import annotations
