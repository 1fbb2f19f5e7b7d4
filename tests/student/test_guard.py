"""The guard notes what the notebook's own code uses while it watches, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autograder.grading.session import begin_watch, end_watch

if TYPE_CHECKING:
    from autograder.student import StudentProcess
    from tests.student.conftest import Opener

CELL = """
import decimal, importlib, json, statistics
from json import dumps as write
from math import hypot as length

def attribute(): return json.dumps([1])
def built_name(): return getattr(json, 'du' + 'mps')([1])
def bound_before(): return write([1])
def built_in(): return length(3, 4)
def from_text(): return eval("json.dumps([1])")
def imported(): return importlib.import_module('wave' + '').__name__
def of_submodule(): return json.decoder.JSONDecoder().decode('1')
def library(): return statistics.mean([1, 2])
def allowed(): return json.loads('1')
"""


@pytest.fixture
def process(notebook: Opener) -> StudentProcess:
    return notebook(CELL)


def seen(process: StudentProcess, name: str, *excluded: str) -> list[str]:
    guard = process.student.run(begin_watch, process.student, list(excluded))
    process.student[name]()
    return [full for full, cell, _ in process.student.run(end_watch, guard) if cell == 1]


@pytest.mark.parametrize(
    ("name", "excluded", "full"),
    [
        ("attribute", "json.dumps", "json.dumps"),
        ("attribute", "json", "json.dumps"),
        ("built_name", "json.dumps", "json.dumps"),
        ("bound_before", "json.dumps", "json.dumps"),
        ("built_in", "math.hypot", "math.hypot"),
        ("from_text", "json.dumps", "json.dumps"),
        ("imported", "wave", "wave"),
        ("of_submodule", "json.decoder", "json.decoder.JSONDecoder"),
    ],
)
def test_a_use_is_noted(process: StudentProcess, name: str, excluded: str, full: str) -> None:
    assert full in seen(process, name, excluded)


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("library", "fractions"),
        ("library", "fractions.Fraction"),
        ("allowed", "json.dumps"),
        ("allowed", "wave"),
    ],
)
def test_what_a_library_does_within_is_not_noted(process: StudentProcess, name: str, excluded: str) -> None:
    assert seen(process, name, excluded) == []


def test_all_is_as_before_afterwards(process: StudentProcess) -> None:
    assert seen(process, "bound_before", "json")
    assert seen(process, "attribute", "wave") == []
    process.execute(
        2, "import types, sys, json\nsame = write is json.dumps and type(json) is types.ModuleType"
    )
    assert process.student.same is True
    assert process.student.attribute() == "[1]"
