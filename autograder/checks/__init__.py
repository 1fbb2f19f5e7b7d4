"""Judgements of single answers: callables in, an outcome out. Nothing here knows pytest or processes."""

from __future__ import annotations
