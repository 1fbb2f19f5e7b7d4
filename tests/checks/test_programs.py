"""Whole expression graphs: right tensors pass, wrong backward passes are shrunk to a few lines and named."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks.programs import programs
from autograder.errors import StudentError, UsageError
from autograder.verdict import Verdict
from tests.checks import students
from tests.checks.students import Tensor


def test_a_right_tensor_passes():
    outcome = programs(Tensor, examples=200)
    assert outcome.passed, outcome
    assert outcome.evidence["examples"] == 200


def test_a_tensor_with_few_operations_and_other_names_passes():
    outcome = programs(students.Node, ops=["add", "mul", "relu", "sum"])
    assert outcome.passed, outcome


WRONG = {
    "overwritten": (students.Overwriting, "gradient-overwritten", 4),
    "too early": (students.Early, "gradient-shared", 4),
    "passed on too often": (students.Recursive, "gradient-order", 5),
    "not summed": (students.NotSummed, "gradient-shape", 5),
    "swapped factors": (students.SwappedProduct, "gradient-wrong", 5),
    "tanh": (students.TanhOfTheOutput, "gradient-wrong", 4),
    "missing": (students.Forgetful, "gradient-missing", 4),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_tensors_fail_with_a_small_program(name):
    tensor, code, lines = WRONG[name]
    outcome = programs(tensor)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome
    assert len(outcome.example.splitlines()) <= lines, outcome.example


def test_the_operation_that_is_wrong_is_named():
    assert programs(students.TanhOfTheOutput).message.startswith("The gradient of tanh is wrong.")


def test_an_operation_that_is_wrong_with_itself_is_not_taken_for_a_wrong_order():
    class Square(Tensor):
        def __matmul__(self, other):
            if other is self:
                return self.make(self.data @ self.data, (self, lambda g: 2 * g @ self.data.T))
            return super().__matmul__(other)

    outcome = programs(Square)
    assert outcome.message.startswith(
        "The gradient of matmul is wrong where both operands are the same value."
    )


def test_the_program_can_be_pasted():
    outcome = programs(students.Recursive)
    space = {"np": np, "Recursive": students.Recursive}
    *lines, last = outcome.example.splitlines()
    exec("\n".join(lines), space)
    assert f"{last} = {eval(last, space)}" == outcome.got


def test_a_program_is_printed_as_a_student_would_write_it():
    assert programs(students.Overwriting).example.splitlines() == [
        "a = Overwriting(0.0625)",
        "b = a + a",
        "b.backward()",
        "a.grad",
    ]


def test_an_operation_that_raises_is_an_error():
    class Broken(Tensor):
        def exp(self):
            raise OverflowError("too large")

    outcome = programs(Broken)
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "raised")
    assert "OverflowError: too large" in outcome.message
    assert ".exp()" in outcome.example


def test_an_operation_that_is_not_written_yet_leaves_as_it_is():
    class Unfinished(Tensor):
        def exp(self):
            raise StudentError("NotImplementedError", "write me")

    with pytest.raises(StudentError, match="write me"):
        programs(Unfinished)


def test_functions_can_stand_for_methods():
    class Methodless(Tensor):
        relu = None

    assert programs(Methodless, ops={"add": None, "mul": None, "relu": lambda t: Tensor.relu(t)}).passed


def test_unknown_operations_are_a_usage_error():
    with pytest.raises(UsageError, match="softmax"):
        programs(Tensor, ops=["add", "softmax"])
