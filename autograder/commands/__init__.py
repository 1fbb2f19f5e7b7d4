"""The subcommands of ``autograder``: one module each, with ``add`` for its options and ``run``."""

from __future__ import annotations
