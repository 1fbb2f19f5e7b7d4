"""Ways to start and fence a student process: one protocol, one module for each way."""

from __future__ import annotations
