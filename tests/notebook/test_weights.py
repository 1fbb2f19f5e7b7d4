"""Weights are read as names, shapes and numbers, from the place that belongs to the notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from autograder.course import Assignment
from autograder.errors import InfrastructureError, StudentError, StudentStopped
from autograder.notebook.weights import (
    MAX_BYTES,
    UnreadableWeights,
    Weights,
    parse_weights,
    weights_bytes,
    weights_of,
)

ARRAYS = {"0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "steps": np.array(7)}


def assignment(tmp_path: Path) -> Assignment:
    directory = tmp_path / "assignments" / "04"
    return Assignment(directory=directory, title="", notebook="a.ipynb", weights="weights.safetensors")


def test_arrays_come_back_as_they_were_saved(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(save(ARRAYS))
    read = parse_weights(weights_bytes(tmp_path / "w"))
    assert {name: array.tolist() for name, array in read.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }
    assert [read[name].dtype for name in ARRAYS] == [array.dtype for array in ARRAYS.values()]


@pytest.mark.parametrize("data", [b"", b"{}", save(ARRAYS)[:-1], save(ARRAYS) + b"x", b"\xff" * 64])
def test_damaged_files_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableWeights, match="damaged"):
        parse_weights(data)


def test_other_files_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(save(ARRAYS))
    (tmp_path / "link").symlink_to(tmp_path / "w")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name in ("link", "pipe", "large", "missing", "."):
        with pytest.raises(UnreadableWeights):
            weights_bytes(tmp_path / name)


def test_each_student_has_weights_of_their_own(tmp_path: Path) -> None:
    """In a folder of several notebooks, weights without a student's name are nobody's."""
    task = assignment(tmp_path)
    alice, bob = tmp_path / "alice.ipynb", tmp_path / "bob.ipynb"
    alice.touch()
    (tmp_path / "weights.safetensors").touch()
    assert weights_of(alice, task) == tmp_path / "weights.safetensors"
    bob.touch()
    assert weights_of(alice, task) == tmp_path / "alice.safetensors"
    (tmp_path / "alice.safetensors").touch()
    assert weights_of(alice, task) == tmp_path / "alice.safetensors"
    assert weights_of(bob, task) == tmp_path / "bob.safetensors"


@pytest.mark.parametrize(
    "fault",
    [
        UnreadableWeights("no"),
        StudentError("ValueError", "no"),
        StudentStopped("timeout-call", "It took too long."),
    ],
)
def test_weights_are_read_once_and_only_when_asked_for(fault: BaseException) -> None:
    calls = []

    def load() -> dict[str, np.ndarray]:
        calls.append(1)
        raise fault

    weights = Weights(load)
    assert calls == []
    for _ in range(2):
        with pytest.raises(type(fault)):
            dict(weights)
    assert calls == [1]


@pytest.mark.parametrize("fault", [InfrastructureError("the disk does not answer"), MemoryError()])
def test_a_fault_of_ours_is_not_remembered(fault: BaseException) -> None:
    """What failed for one question may work for the next one, which must not be charged for it."""
    faults = [fault]

    def load() -> dict[str, np.ndarray]:
        if faults:
            raise faults.pop()
        return ARRAYS

    weights = Weights(load)
    with pytest.raises(type(fault)):
        dict(weights)
    assert dict(weights) == ARRAYS


@pytest.mark.parametrize("shape", [[0, 2**63], [0, 2**62, 8], [1] * 70])
def test_a_shape_that_no_array_can_have_is_damage(shape: list[int]) -> None:
    size = 4 if 0 not in shape else 0
    header = json.dumps({"w": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
    with pytest.raises(UnreadableWeights, match="damaged"):
        parse_weights(len(header).to_bytes(8, "little") + header + bytes(size))
