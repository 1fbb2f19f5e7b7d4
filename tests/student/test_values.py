from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from autograder.errors import StudentError, UsageError
from autograder.student import Handle, MissingName, Student, StudentProcess
from autograder.student.codec import DTYPES
from tests.student.test_codec import same

NOTEBOOK = """
import collections, enum, fractions
import numpy as np

def identity(x): return x
def kind(x): return type(x).__name__

class Float(float): pass
class Text(str): pass
class Array(np.ndarray): pass
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __len__(self): return 3
    def __float__(self): return 1.0
    def __iter__(self): return iter([1, 2, 3])
    def __array__(self, dtype=None, copy=None): return np.ones(3)

class Vector:
    __array_ufunc__ = None
    def __init__(self, x): self.x = np.asarray(x, float)
    def __add__(self, o): return Vector(self.x + getattr(o, "x", o))
    def __radd__(self, o): return Vector(o + self.x)
    def __sub__(self, o): return Vector(self.x - getattr(o, "x", o))
    def __rsub__(self, o): return Vector(o - self.x)
    def __mul__(self, o): return Vector(self.x * getattr(o, "x", o))
    def __rmul__(self, o): return Vector(o * self.x)
    def __truediv__(self, o): return Vector(self.x / getattr(o, "x", o))
    def __rtruediv__(self, o): return Vector(o / self.x)
    def __pow__(self, o): return Vector(self.x ** getattr(o, "x", o))
    def __rpow__(self, o): return Vector(o ** self.x)
    def __matmul__(self, o): return Vector(self.x @ getattr(o, "x", o))
    def __rmatmul__(self, o): return Vector(o @ self.x)
    def __neg__(self): return Vector(-self.x)
    def __iadd__(self, o): self.x += getattr(o, "x", o); return self
    def __getitem__(self, i): return Vector(self.x[i])
    def __setitem__(self, i, v): self.x[i] = v
    def double(self, *, times=2): return Vector(self.x * times)

special = dict(
    float=Float(3.0), text=Text("a"), array=np.ones(3).view(Array), equal=Equal(), big=2**63,
    fraction=fractions.Fraction(1, 2), set={1}, keys={1: 2}, range=range(3),
    named=collections.namedtuple("P", "x y")(1, 2), objects=np.array([None]),
    swapped=np.array([1.0, 2.0], ">f8"), function=identity, type=Vector,
)
scalar = np.float32(1.5)
number = 3
loop = []
loop.append(loop)
value = run = "a name that Student has too"
"""


@pytest.fixture(scope="module")
def process() -> Iterator[StudentProcess]:
    with StudentProcess.spawn(preload=("torch",)) as process:
        assert process.execute(1, NOTEBOOK).error is None
        yield process


@pytest.fixture
def student(process: StudentProcess) -> Student:
    return process.student


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -(2**63),
        2**63 - 1,
        -0.0,
        1e-310,
        float("nan"),
        float("-inf"),
        complex(-0.0, float("inf")),
        "",
        "π\0\n",
        b"\x00\xff",
        [],
        [1, [2.0, (None, "x")]],
        (),
        {"a": {"b": [np.arange(3)]}, "": ()},
        *(np.arange(6).astype(dtype).reshape(1, 2, 3) for dtype in DTYPES),
        np.zeros((0, 3)),
        np.array(2.5),
    ],
    ids=repr,
)
def test_plain_values_go_there_and_back_exactly(student: Student, value: object) -> None:
    assert same(student.identity(value), value)


def test_numpy_scalars_come_back_as_arrays_without_axes(student: Student) -> None:
    assert same(student.scalar, np.array(1.5, np.float32))


SPECIAL = [
    *("float", "text", "array", "equal", "big", "fraction", "set", "keys", "range", "named", "objects"),
    *("swapped", "function", "type"),
]


@pytest.mark.parametrize("name", SPECIAL)
def test_everything_else_stays_there(student: Student, name: str) -> None:
    """Subclasses of built-in types are somebody's own classes: handles, also within containers."""
    special = student.special
    assert list(special) == SPECIAL
    assert isinstance(special[name], Handle)


def test_an_object_that_claims_to_equal_everything_can_claim_nothing(student: Student) -> None:
    equal = student.Equal()
    for claim in (
        lambda: equal == 1,
        lambda: equal != 1,
        lambda: equal in [1, 2],
        lambda: bool(equal),
        lambda: len(equal),
        lambda: list(equal),
        lambda: range(9)[equal],
        lambda: round(equal),
        lambda: equal >= 1,
        lambda: 1 in equal,
        lambda: float(equal),
        lambda: int(equal),
        lambda: np.asarray(equal),
        lambda: np.allclose(equal, np.ones(3)),
        lambda: equal < 1,
        lambda: pytest.approx(1.0) == equal,
    ):
        with pytest.raises(TypeError):
            claim()
    with pytest.raises(StudentError, match="it is an Equal, where the test compares") as caught:
        equal == equal  # noqa: B015
    assert caught.value.kind == "unusable"


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "truediv", "pow", "matmul"])
@pytest.mark.parametrize("other", [2.0, 3, np.array([1.0, 2.0]), np.float64(2.0), "tensor"], ids=repr)
def test_operators_work_on_both_sides(student: Student, operation: str, other: object) -> None:
    apply = getattr(operator, operation)
    x = np.array([3.0, 4.0])
    if isinstance(other, str):
        torch = pytest.importorskip("torch")
        other = torch.tensor([1.0, 2.0], dtype=torch.float64)
    if operation == "matmul" and np.ndim(other) == 0:  # type: ignore[arg-type]
        other = np.array([5.0, 6.0])
    expected_right, expected_left = apply(x, np.asarray(other)), apply(np.asarray(other), x)
    vector = student.Vector(x)
    np.testing.assert_array_equal(apply(vector, student.Vector(np.asarray(other))).x, expected_right)
    np.testing.assert_array_equal(apply(other, vector).x, expected_left)
    if isinstance(other, np.ndarray | float | int):
        np.testing.assert_array_equal(apply(vector, other).x, expected_right)


def test_negation_and_methods_with_keywords(student: Student) -> None:
    vector = student.Vector([1.0, 2.0])
    np.testing.assert_array_equal((-vector).x, [-1.0, -2.0])
    np.testing.assert_array_equal(vector.double(times=5).x, [5.0, 10.0])


def test_in_place_operators_change_the_object(student: Student) -> None:
    vector = alias = student.Vector([1.0, 2.0])
    vector += 1.0
    np.testing.assert_array_equal(alias.x, [2.0, 3.0])


@pytest.mark.parametrize(
    "index",
    [0, -1, slice(None, None, -1), (slice(1), ...), None, (None, 1), np.array([True, False, True])],
    ids=repr,
)
def test_indexing_takes_what_numpy_takes(student: Student, index: object) -> None:
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(student.Vector(x)[index].x, x[index])  # type: ignore[index]


def test_items_and_attributes_can_be_set(student: Student) -> None:
    vector = student.Vector([1.0, 2.0, 3.0])
    vector[1:] = 0.0
    np.testing.assert_array_equal(vector.x, [1.0, 0.0, 0.0])
    vector.note = "kept"
    assert vector.note == "kept"


def test_callable_tells_methods_from_attributes(student: Student) -> None:
    vector = student.Vector([1.0])
    assert callable(vector.double)
    assert callable(student.Vector)
    assert not callable(vector)


def test_a_missing_attribute_is_an_attribute_error(student: Student) -> None:
    vector = student.Vector([1.0])
    assert getattr(vector, "gradient", None) is None
    assert not hasattr(vector, "gradient")
    with pytest.raises(MissingName, match="a Vector has no gradient") as caught:
        vector.gradient  # noqa: B018
    assert caught.value.kind == "missing"


def test_a_missing_global_says_what_the_notebook_lacks(student: Student) -> None:
    assert not hasattr(student, "softmax")
    with pytest.raises(StudentError, match="the notebook defines no softmax") as caught:
        student.softmax(1)
    assert (caught.value.kind, caught.value.type, caught.value.where) == ("missing", "NameError", None)


def test_names_that_student_uses_itself_are_within_reach(student: Student) -> None:
    assert student["run"] == student["value"] == "a name that Student has too"
    assert student.number == 3


def test_python_asks_handles_for_special_names_in_vain(student: Student) -> None:
    vector = student.Vector([1.0])
    for name in ("__array_interface__", "__torch_function__", "__wrapped__"):
        assert not hasattr(vector, name)
    assert "Vector" in repr(vector)
    assert {vector: "kept"}[vector] == "kept"
    for refuse in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="copied"):
            refuse(vector)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("float", 3.0),
        ("text", "a"),
        ("array", np.ones(3)),
        ("equal", np.ones(3)),
        ("named", (1, 2)),
        ("swapped", np.array([1.0, 2.0])),
    ],
)
def test_value_turns_relatives_of_data_into_data(student: Student, name: str, expected: object) -> None:
    assert same(student.value(student.special[name]), expected)


@pytest.mark.parametrize("name", ["big", "fraction", "set", "keys", "objects", "function", "type"])
def test_value_of_anything_else_is_unusable(student: Student, name: str) -> None:
    with pytest.raises(StudentError) as caught:
        student.value(student.special[name])
    assert caught.value.kind == "unusable"


def test_value_of_a_value_is_itself(student: Student) -> None:
    assert student.value(3.5) == 3.5


def test_tensors_go_there_as_tensors_and_come_back_as_arrays(student: Student) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    there = student.identity(tensor)
    assert isinstance(there, Handle)
    assert student.kind(tensor) == "Tensor"
    assert there.requires_grad is True
    assert same(student.value(there), np.array([1.0, 2.0], np.float32))
    (there * there).sum().backward()
    assert same(student.value(there.grad), np.array([2.0, 4.0], np.float32))
    assert same(student.value(student.identity(torch.tensor([1.5]).bfloat16())), np.array([1.5], np.float32))


def test_what_cannot_be_sent_is_the_tests_mistake(process: StudentProcess, student: Student) -> None:
    with pytest.raises(UsageError, match="a value of type set cannot be sent"):
        student.identity({1})
    with pytest.raises(UsageError, match="cannot assign"):
        student.number = 4
    with StudentProcess.spawn() as other:
        other.execute(1, "class A: pass\na = A()")
        with pytest.raises(UsageError, match="another run"):
            student.identity(other.student.a)
    assert process.alive


def test_objects_are_forgotten_with_their_handles(student: Student, process: StudentProcess) -> None:
    """A check with thousands of examples does not fill the student's memory."""
    process.execute(
        2,
        "import weakref\nalive = weakref.WeakSet()\nclass Counted:\n    def __init__(self): alive.add(self)\n"
        "def count(): return len(alive)",
    )
    for _ in range(20):
        student.Counted()
    kept = student.Counted()
    student.number  # noqa: B018 - the next call takes the news along
    assert student.count() == 1
    del kept
    student.number  # noqa: B018
    assert student.count() == 0


def test_results_nested_without_end_are_too_large_and_harmless(
    process: StudentProcess, student: Student
) -> None:
    from autograder.errors import StudentStopped

    with pytest.raises(StudentStopped) as caught:
        student.loop  # noqa: B018
    assert caught.value.code == "answer-size"
    assert student.number == 3
    assert process.alive


STEPS = 3


def scale(x: np.ndarray, factor: Callable[..., object]) -> object:
    return factor(x)


def test_a_function_of_the_test_runs_inside(student: Student) -> None:
    power = 2

    def train(vector: object, *, rate: float = 1.0) -> object:
        """Uses a module, a global and a local value of the test."""
        for _ in range(STEPS):
            vector = vector * power * rate
        return np.sum(vector.x)  # type: ignore[attr-defined]

    vector = student.Vector([1.0, 2.0])
    assert student.run(train, vector) == np.array(24.0)
    assert student.run(train, vector, rate=0.5) == np.array(3.0)
    power = 1
    assert student.run(train, vector) == np.array(3.0)


def test_functions_of_the_test_can_be_arguments(student: Student) -> None:
    def plus_one(x: np.ndarray) -> np.ndarray:
        return x + 1

    assert same(student.run(scale, np.ones(2), plus_one), np.full(2, 2.0))
    assert student.run(scale, 2.0, lambda x: x * 5) == 10.0


def test_functions_that_reach_into_the_test_are_refused(student: Student) -> None:
    secret = {1}

    def peek() -> object:
        return secret

    first, second = lambda: 1, lambda: 2
    for function in (peek, first, second):
        with pytest.raises(UsageError):
            student.run(function)
    with pytest.raises(UsageError, match="a value of type builtin_function_or_method cannot be sent"):
        student.run(len)


def test_an_error_inside_a_shipped_function_names_the_students_line(student: Student) -> None:
    def call(f: Callable[..., object]) -> object:
        return f(1, 2, 3).x

    with pytest.raises(StudentError) as caught:
        student.run(call, student.Vector)
    assert (caught.value.type, caught.value.where) == ("TypeError", None)
