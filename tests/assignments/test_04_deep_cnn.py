"""Assignment 04: the weights that lie beside the reference."""

from __future__ import annotations

from pathlib import Path

from autograder.checks.weights import load_weights
from autograder.course import load_assignment
from autograder.notebook.weights import parse_weights, weights_bytes, weights_of
from tests.assignments.test_notebooks import load

ASSIGNMENT = load_assignment(Path(__file__).parents[2] / "assignments" / "04_deep_cnn")


def test_the_reference_weights_belong_to_the_reference_network() -> None:
    network = load(ASSIGNMENT.directory / "test_deep_cnn.py").lecture_network()
    weights = parse_weights(weights_bytes(weights_of(ASSIGNMENT.reference_source, ASSIGNMENT)))
    assert load_weights(network, weights).passed
