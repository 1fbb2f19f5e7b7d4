"""Many examples in one round trip: the same verdicts as one by one, and few round trips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from autograder.checks.ahead import settled
from autograder.checks.gradients import gradients
from autograder.checks.inputs import arrays, broadcastable
from autograder.checks.reading import gradient_of
from autograder.checks.values import values
from autograder.student import StudentProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = """
import numpy as np

class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents

    def times(self, other, slip=0):
        return Tensor(self.data * other.data, ((self, other.data + slip), (other, self.data)))

    __mul__ = times

    def __matmul__(self, other):
        return self.times(other, slip=self.data > 3)

    def backward(self, upstream):
        self.grad = self.grad + upstream
        for parent, slope in self.parents:
            parent.backward(upstream * slope)

def relu(x):
    return np.maximum(x, 0)

def leaky(x):
    return np.where(x > -3.5, np.maximum(x, 0), x)

def in_place(x):
    x *= x > 0
    return x

def as_list(x):
    return relu(x).tolist()

def as_tensor(x):
    return Tensor(relu(x))

buffer = {}
def in_one_buffer(x):
    out = buffer.setdefault(x.shape, np.empty(x.shape))
    out[...] = np.maximum(x, 0)
    return out

def large(x):
    return np.broadcast_to(np.maximum(x, 0), (200, 200) + x.shape)[0, 0]
"""


@pytest.fixture(scope="module")
def process() -> Iterator[StudentProcess]:
    with StudentProcess.spawn() as process:
        assert process.execute(1, NOTEBOOK).error is None
        yield process


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(NOTEBOOK, names)
    return names


@pytest.fixture
def trips(process: StudentProcess, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for each round trip."""
    made: list[object] = []
    ask = StudentProcess._ask
    monkeypatch.setattr(StudentProcess, "_ask", lambda self, *a, **k: made.append(a[0]) or ask(self, *a, **k))
    return made


@pytest.mark.parametrize(
    "name", ["relu", "leaky", "in_place", "as_list", "as_tensor", "in_one_buffer", "large"]
)
def test_values_have_the_verdict_that_they_have_in_process(
    process: StudentProcess, here: dict[str, Any], name: str
) -> None:
    there, local = (
        values(f, like=torch.relu, inputs=arrays(), call=name) for f in (process.student[name], here[name])
    )
    assert there == local


RIGHT = lambda a, b: a * b
WRONG_ABOVE_3 = lambda a, b: a @ b


@pytest.mark.parametrize(("function", "passes"), [(RIGHT, True), (WRONG_ABOVE_3, False)])
def test_gradients_have_the_verdict_that_they_have_in_process(
    process: StudentProcess, here: dict[str, Any], function: Any, passes: bool
) -> None:
    inputs = broadcastable(same_shape=True)
    there, local = (
        gradients(function, like=torch.mul, inputs=inputs, tensor=tensor, shared=False, call="f(a, b)")
        for tensor in (process.student.Tensor, here["Tensor"])
    )
    assert there == local
    assert there.passed is passes


def test_a_right_answer_takes_few_round_trips(process: StudentProcess, trips: list[object]) -> None:
    assert values(process.student.relu, like=torch.relu, inputs=arrays()).passed
    assert len(trips) < 10
    tensor = process.student.Tensor
    del trips[:]
    outcome = gradients(
        lambda a, b: a * b, like=torch.mul, inputs=broadcastable(same_shape=True), tensor=tensor, shared=False
    )
    assert outcome.passed
    assert len(trips) < 10


def test_a_function_of_the_test_runs_beside_the_notebook(
    process: StudentProcess, trips: list[object]
) -> None:
    student = process.student

    def slope(x: Any) -> Any:
        x = student.Tensor(x)
        (x * student.Tensor(2.0)).backward(sum(1.0 for _ in range(1)))
        return gradient_of(x)

    assert values(slope, like=lambda x: torch.full_like(x, 2.0), inputs=arrays(), call="slope(x)").passed
    assert len(trips) < 20


SECRETS = """
import gc, types

def known():
    return sorted({
        thing.__name__ for thing in gc.get_objects()
        if isinstance(thing, types.FunctionType) and thing.__name__.startswith("secret")
    } | {"number" for thing in gc.get_objects() if isinstance(thing, dict) and "SECRET" in thing})
"""
SECRET = 123456789


def secret_answer(x: Any) -> Any:
    return np.maximum(x, 0)


def secret_judge(student: Any, x: Any) -> Any:
    return 1.0 * np.allclose(student.relu(x), secret_answer(x))


def test_what_a_function_of_the_test_names_stays_here(process: StudentProcess, trips: list[object]) -> None:
    assert process.execute(2, SECRETS).error is None
    student = process.student

    def compares(x: Any) -> Any:
        return 1.0 * np.allclose(student.relu(x), secret_answer(x))

    def lets_compare(x: Any) -> Any:
        return secret_judge(student, x)

    def steps(x: Any) -> Any:
        return compares(x)

    def has_a_default(x: Any, answer: Any = secret_answer) -> Any:
        return 1.0 * np.allclose(student.relu(x), answer(x))

    def computes(x: Any) -> Any:
        return 1.0 + 0.0 * SECRET * student.relu(x).sum()

    def hands_over_what_it_computes(x: Any) -> Any:
        return 1.0 + 0.0 * student.relu(np.asarray(x + 0 * SECRET)).sum()

    def names_itself(x: Any) -> Any:
        return there_and_back(x) if x is None else secret_judge(student, x)

    def there_and_back(x: Any) -> Any:
        return names_itself(x)

    for function in [
        *(compares, lets_compare, steps, has_a_default, computes, hands_over_what_it_computes),
        *(names_itself, there_and_back),
    ]:
        del trips[:]
        outcome = values(function, like=lambda x: torch.ones(()), inputs=arrays(), examples=10, call="f(x)")
        assert outcome.passed, outcome
        assert len(trips) >= 10
        assert student.known() == [], function


def test_a_name_without_a_value_yet_is_no_obstacle(process: StudentProcess) -> None:
    student = process.student

    def relu(x: Any) -> Any:
        return student.relu(x) if x is not None else not_yet

    outcome = values(relu, like=torch.relu, inputs=arrays(), examples=10, call="relu(x)")
    assert outcome.passed, outcome
    not_yet = 0


def test_what_is_handed_over_to_the_notebook_anyway_may_cross_at_once(
    process: StudentProcess, trips: list[object]
) -> None:
    student = process.student

    def twice(relu: Any, x: Any, factor: Any) -> Any:
        return factor * relu(x)

    factor = 2.0
    outcome = values(
        lambda x: student.run(twice, student.relu, x, factor),
        like=lambda x: 2 * torch.relu(x),
        inputs=arrays(),
        call="2 * relu(x)",
    )
    assert outcome.passed, outcome
    assert len(trips) < 20


def test_where_only_the_quick_way_objects_it_is_asked_again() -> None:
    def objection(answer: str) -> str | None:
        return None if answer == "right" else answer

    assert settled("right", objection, lambda: pytest.fail("not needed"), lambda: "right") is None
    assert settled(None, objection, lambda: "wrong", lambda: None) == "wrong"
    assert settled("quick", objection, lambda: "ordinary", lambda: None) == "ordinary"
    assert settled("unsuited", objection, lambda: None, lambda: "unsuited") is None
    assert settled("changed", objection, lambda: None, lambda: "right") == "changed"


GREEDY = """
def difference(a, y):
    return a * Tensor(y)

def greedy(a, y):
    y *= -1
    return a * Tensor(-y)

def shift(x):
    if x.max() > 40:
        raise IndexError
    x += 100
    return x - 100

class Sharing(Tensor):
    def backward(self, upstream):
        self.grad = upstream.copy()
        upstream[...] = 0

def once(a):
    out = Tensor(a.data)
    slopes = [1.0]
    def backward(upstream):
        a.backward(upstream * (slopes.pop() if slopes else 0.0))
    out.backward = backward
    return out
"""


@pytest.fixture(scope="module")
def greedy() -> Iterator[Any]:
    """Code that lives in another process gets copies, and is asked there what it did to them."""
    with StudentProcess.spawn() as process:
        assert process.execute(1, NOTEBOOK + GREEDY).error is None
        yield process.student


def test_a_plain_argument_that_changes_is_seen_behind_a_function_of_the_test(greedy: Any) -> None:
    inputs = broadcastable(same_shape=True)
    for times, code in [(greedy.difference, ""), (greedy.greedy, "input-changed")]:
        outcome = gradients(
            lambda a, y: times(a, y),  # noqa: B023 - it is called at once
            like=lambda a, y: a * y,
            inputs=inputs,
            tensor=greedy.Tensor,
            wrt=[0],
            shared=False,
            call="f(a, y)",
        )
        assert outcome.code == code


def test_labels_that_are_out_of_range_the_second_time_are_seen(greedy: Any) -> None:
    outcome = values(
        lambda x: greedy.shift(x),
        like=lambda x: x,
        inputs=arrays().map(lambda x: np.abs(x) + 1),
        call="shift(x)",
    )
    assert outcome.code == "input-changed"


@pytest.mark.parametrize(("tensor", "code"), [("Tensor", ""), ("Sharing", "upstream-changed")])
def test_an_upstream_gradient_that_changes_is_seen(greedy: Any, tensor: str, code: str) -> None:
    outcome = gradients(
        lambda a: a,
        like=lambda a: a * 1,
        inputs=arrays(min_dims=1),
        tensor=greedy[tensor],
        call="a",
    )
    assert outcome.code == code


@pytest.mark.parametrize("local", [True, False])
def test_a_second_backward_from_the_same_result_is_judged(greedy: Any, local: bool) -> None:
    names: dict[str, Any] = {}
    exec(NOTEBOOK + GREEDY, names)
    tensor, once = (names["Tensor"], names["once"]) if local else (greedy.Tensor, greedy.once)
    asked = {"like": lambda a: a * 1, "inputs": arrays(), "tensor": tensor, "call": "once(x)"}
    assert gradients(once, **asked).passed
    outcome = gradients(once, **asked, repeats=10)
    assert (outcome.code, outcome.example) == (
        "gradient-wrong",
        "x = Tensor(0.0625)\nout = once(x)" + 2 * "\nout.backward(np.array(0.5))" + "\nx.grad",
    )
    assert "a second backward from the same result" in outcome.message
    assert gradients(lambda a: a * a, **{**asked, "like": lambda a: a * a}, repeats=10).passed
