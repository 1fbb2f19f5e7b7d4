"""What a student's code returns is judged in the grader's memory, and there are many examples."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import torch

from autograder.checks.convolution import convolution
from autograder.checks.gradients import gradients
from autograder.checks.inputs import arrays
from autograder.checks.values import values
from autograder.verdict import Outcome, Verdict

LARGE = np.ones(2**23, np.int8)

CHECKS: dict[str, Callable[[], Outcome]] = {
    "values": lambda: values(lambda x: LARGE, like=torch.relu, inputs=arrays()),
    "gradients": lambda: gradients(None, like=torch.relu, backward=lambda x, up: LARGE, inputs=arrays()),
    "convolution": lambda: convolution(lambda image, kernel: LARGE),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_large_answers_to_many_examples_are_not_kept_together(check: Callable[[], Outcome]) -> None:
    tracemalloc.start()
    try:
        outcome = check()
        grown = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome.verdict is Verdict.FAIL
    assert grown < 6 * LARGE.nbytes
