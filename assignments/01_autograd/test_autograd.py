"""Public tests of assignment 01.

pytest assignments/01_autograd              judges your notebook
pytest assignments/01_autograd -k 2_5       judges question 2.5

The gradients of your code are held against PyTorch's, for a hundred small arrays in each question.
"""

from __future__ import annotations

import inspect

import numpy as np
import torch
from hypothesis import strategies as st

from autograder import check, question
from autograder.checks.inputs import (
    arrays,
    broadcastable,
    classification,
    indices,
    matmul_pairs,
    powers,
    reductions,
    reshapes,
    scalars,
    together,
    transposes,
)
from autograder.checks.reading import GRADIENT_NAMES, gradient_of
from autograder.errors import StudentError

PARAMETERS = ["a1", "b1", "a2", "b2", "a3", "b3"]
NETWORKS = [  # shapes of x, a1, b1, a2, b2, a3, b3 for n points, d inputs, h hidden units and m outputs
    ((d, n), (m, h), (m, 1), (h, h), (h, 1), (h, d), (h, 1))
    for n, d, h, m in [(1, 1, 1, 1), (2, 1, 2, 1), (3, 1, 4, 1), (2, 2, 3, 2), (4, 3, 2, 1)]
]

X = np.linspace(-2, 2, 30).reshape(1, 30)
Y = np.sin(2 * X)


def bend(z):
    return z * z + z


def lecture_network(x, a1, b1, a2, b2, a3, b3, g=bend):
    for a, b in ((a3, b3), (a2, b2)):  # not in one line: students would find the answer to 1.4 here
        x = g(a @ x + b)
    return a1 @ x + b1


def loss(*p):
    prediction = lecture_network(X, *p, g=np.tanh)
    alone = lecture_network(X[:, :1], *p, g=np.tanh)  # a bias as wide as the data could be the data
    if prediction.shape != Y.shape or alone.shape != (1, 1):
        raise ValueError("one output for each data point")
    return np.mean((prediction - Y) ** 2)


# Part 1


@question("1.1", points=1, hint="np.where and np.maximum work on whole arrays.")
def test_1_1_relu(student):
    """relu is 0 below 0, and x above"""
    check.values(student.relu, like=torch.relu, inputs=arrays(), call="relu(x)")


@question(
    "1.2", points=1, hint="Where is relu flat, and where does it climb? Multiply its slope by upstream."
)
def test_1_2_relu_backward(student):
    """relu_backward multiplies by the slope of relu"""
    check.gradients(
        None,
        like=torch.relu,
        backward=student.relu_backward,
        inputs=arrays(),
        backward_call="relu_backward(x, upstream)",
    )


@question("1.3", points=1, hint="The slope at x is 1 - tanh(x)². Multiply it by upstream.")
def test_1_3_tanh_backward(student):
    """tanh_backward multiplies by the slope of tanh"""
    check.gradients(
        None,
        like=torch.tanh,
        backward=student.tanh_backward,
        inputs=arrays(),
        backward_call="tanh_backward(x, upstream)",
    )


@question(
    "1.4", about="network", points=2, hint="Follow the formula from the inside out: a3 x + b3 comes first."
)
def test_1_4_network(student):
    """network computes f(x; p), with any activation"""
    check.values(
        lambda x, *p: student.network(x, p, bend),
        like=lecture_network,
        inputs=together(NETWORKS),
        names=["x", *PARAMETERS],
        call="network(x, (a1, b1, a2, b2, a3, b3), lambda z: z * z + z)",
    )


@question("1.5", about="fit", points=2, needs="1.4", hint="Print minimize(...).fun: is it small?")
def test_1_5_fit(student):
    """fit finds parameters that follow the data"""
    check.converged(
        student.fit(X, Y),
        loss=loss,
        names=PARAMETERS,
        below=0.02 * Y.var(),
        call="fit(x, y)",
        again=lambda: student.fit(X, Y),
    )


# Part 2


def far(x):
    """Tiny and huge numbers: powers keep the sign."""
    return np.asarray(x**7)


ROUNDING = 1e-9
"""Room for another order of computing; too little for single precision or log(a + 1e-8)."""


def adds_up(student):
    """Whether a second backward adds to the first in the simplest graph: if not, that is question 2.3."""
    try:
        a = student.Tensor([1.0, 2.0])
        minus = -a
        out = -minus
        for _ in range(2):
            out.backward(np.array([1.0, 0.5]))
        return np.array_equal(gradient_of(a), [2.0, 1.0])
    except StudentError:
        return False


def operation(student, function, inputs, **kwargs):
    """One operation on tensors that are used once; what is used more than once is question 2.2.

    A second backward from the same result has to be right, too, if it is where there is only a minus.
    """
    repeats = 10 if adds_up(student) else 0
    kwargs = {
        "like": function,
        "examples": 60,
        "shared": False,
        "repeats": repeats,
        "relative": ROUNDING,
        **kwargs,
    }
    check.gradients(function, inputs=inputs, tensor=student.Tensor, **kwargs)


@question(
    "2.1",
    about="backward",
    points=1,
    hint="What arrives at a tensor goes into its .grad, and on to its parents.",
)
def test_2_1_backward(student):
    """backward brings a gradient to every input"""
    operation(student, lambda a, b, c: -(a + b) + c, broadcastable(3, same_shape=True))


@question("2.1", about="backward", points=1, hint="Without an argument, the upstream gradient is all ones.")
def test_2_1_backward_without_argument(student):
    """backward() starts from ones"""

    def gradients(a, b):
        a, b = student.Tensor(a), student.Tensor(b)
        (-a + b).backward()
        return gradient_of(a), gradient_of(b)

    check.values(
        gradients,
        like=lambda a, b: (-torch.ones_like(a), torch.ones_like(b)),
        inputs=broadcastable(2, same_shape=True),
        call="a, b = Tensor(a), Tensor(b)\n(-a + b).backward()\na.grad, b.grad",
    )


@question(
    "2.2",
    about="backward",
    points=2,
    needs="2.1",
    hint="Let a tensor wait until all its gradients have arrived.",
)
def test_2_2_shared(student):
    """values used more than once sum their gradients"""

    def diamond(a, b):
        c = a + b
        d = c + a
        return d + (c + d)

    def shortcut(a, b):
        c = a + b
        d = b + c
        e = d + a
        return c + (e + d)

    for program, call in [
        (lambda a, b: (a + a) + b, "(a + a) + b"),
        (diamond, "c = a + b\nd = c + a\nd + (c + d)"),
        (shortcut, "c = a + b\nd = b + c\ne = d + a\nc + (e + d)"),
    ]:
        check.gradients(
            program,
            like=program,
            inputs=broadcastable(2, same_shape=True),
            tensor=student.Tensor,
            examples=40,
            call=call,
        )


@question(
    "2.3",
    about="backward",
    points=1,
    needs="2.1",
    hint="Gradients on their way must be kept apart from .grad.",
)
def test_2_3_twice(student):
    """a second backward adds to the first"""

    def same_result(a, b, c, v, w):
        a, b, c = student.Tensor(a), student.Tensor(b), student.Tensor(c)
        out = (a + b) + c
        out.backward(v)
        out.backward(w)
        return gradient_of(a)

    def another_result(a, b, c, v, w):
        a, b, c = student.Tensor(a), student.Tensor(b), student.Tensor(c)
        (a + b).backward(v)
        (c + a).backward(w)
        return gradient_of(a)

    a = student.Tensor([1.0, -2.0])
    for tensor, code in [(a, "Tensor([1.0, -2.0])"), (-a, "-Tensor([1.0, -2.0])")]:
        assert any(hasattr(tensor, name) for name in GRADIENT_NAMES), (
            f"{code} has no .grad before a backward."
        )
        gradient = gradient_of(tensor)
        assert gradient is None or np.array_equal(gradient, [0.0, 0.0]), (
            f"Before any backward, the .grad of {code} must be zeros or None; it is {gradient.tolist()}."
        )
    for program, code in [
        (another_result, "(a + b).backward(v)\n(c + a).backward(w)\na.grad"),
        (same_result, "out = (a + b) + c\nout.backward(v)\nout.backward(w)\na.grad"),
    ]:
        check.values(
            program,
            like=lambda *args: args[3] + args[4],
            inputs=broadcastable(5, same_shape=True),
            names=["a", "b", "c", "v", "w"],
            examples=30,
            call=f"a, b, c = Tensor(a), Tensor(b), Tensor(c)\n{code}",
        )


@question("2.4", about="op_sub", points=1, needs="2.1", hint="Only one of the two has slope -1.")
def test_2_4_minus(student):
    """a - b has the right value and gradients"""
    operation(student, lambda a, b: a - b, broadcastable(same_shape=True))


@question(
    "2.5",
    about="op_mul",
    points=1,
    needs="2.1",
    hint="The gradient of a needs b, and the gradient of b needs a.",
)
def test_2_5_times(student):
    """a * b has the right value and gradients"""
    operation(student, lambda a, b: a * b, broadcastable(same_shape=True))


@question(
    "2.6",
    about="op_div",
    points=1,
    needs="2.1",
    hint="The gradient of b is negative: a larger b makes a / b smaller.",
)
def test_2_6_divided(student):
    """a / b has the right value and gradients"""
    operation(student, lambda a, b: a / b, broadcastable(values=("any", "large"), same_shape=True))


@question(
    "2.7", about="op_pow", points=1, needs="2.1", hint="The slope of aⁿ is n times a to the power of n - 1."
)
def test_2_7_power(student):
    """a ** n has the right value and gradient"""
    operation(student, lambda a, n: a**n, powers((2, 3, -1, 0.5, 1)), names=["a", "n"])


@question(
    "2.8",
    about=("op_exp", "op_log"),
    points=1,
    needs="2.1",
    hint="exp is its own slope; the slope of log a is 1 / a.",
)
def test_2_8_exp_and_log(student):
    """exp and log have the right values and gradients"""
    for function, inputs in [
        (lambda a: a.exp(), arrays()),
        (lambda a: a.log(), arrays(values="positive")),
    ]:
        operation(student, function, inputs, names=["a"])


@question(
    "2.9",
    about="op_relu",
    points=1,
    needs=("1.1", "1.2", "2.1"),
    hint="Use relu and relu_backward on a.data.",
)
def test_2_9_relu(student):
    """a.relu() has the right value and gradient"""
    operation(student, lambda a: a.relu(), arrays(), names=["a"])
    a = student.Tensor([-1.0, 0.0, 1.0])
    a.relu().backward(np.array([2.0, -4.0, 8.0]))
    gradient = check.value(gradient_of(a), shape=(3,), of="The gradient of a = Tensor([-1, 0, 1])")
    slope = gradient[1] / -4.0
    assert 0 <= slope <= 1, f"The slope of relu at 0 must be from 0 to 1; that of a.relu() is {slope:g}."


@question(
    "2.10",
    about="op_tanh",
    points=1,
    needs=("1.3", "2.1"),
    hint="Use tanh_backward on a.data, not on tanh(a.data).",
)
def test_2_10_tanh(student):
    """a.tanh() has the right value and gradient"""
    operation(student, lambda a: a.tanh(), arrays(), names=["a"])
    operation(student, lambda a: a.tanh(), arrays().map(far), names=["a"], examples=20)


@question("2.11", about="unbroadcast", points=2, needs="2.1", hint="Sum over each axis that was stretched.")
def test_2_11_broadcasting(student):
    """gradients of stretched shapes are summed"""
    operation(student, lambda a, b: a + b, broadcastable())


@question(
    "2.12",
    about="right_add",
    points=1,
    needs=("2.4", "2.5", "2.6", "2.11"),
    hint="In 2 - t, the t comes second.",
)
def test_2_12_numbers(student):
    """numbers can stand on either side of a tensor"""
    for function in [
        lambda t, k: t + k,
        lambda t, k: k + t,
        lambda t, k: t - k,
        lambda t, k: k - t,
        lambda t, k: t * k,
        lambda t, k: k * t,
        lambda t, k: t / k,
        lambda t, k: k / t,
    ]:
        operation(
            student,
            function,
            st.tuples(
                arrays(values="large", max_dims=2), st.one_of(scalars("large"), st.sampled_from([2, -3]))
            ),
            names=["t", "k"],
            examples=15,
        )


@question(
    "2.13",
    about="op_sum",
    points=1,
    needs="2.1",
    hint="Each number gets the gradient of the sum it went into.",
)
def test_2_13_sum(student):
    """sums and means have the right values and gradients"""
    operation(
        student,
        lambda a, axis, keepdims: a.sum(axis=axis, keepdims=keepdims),
        reductions(tuples=False),
        like=torch.sum,
        names=["a", "axis", "keepdims"],
    )


@question(
    "2.13",
    about="op_mean",
    points=1,
    needs="2.1",
    hint="A mean is a sum divided by how many numbers went into it.",
)
def test_2_13_mean(student):
    """means have the right values and gradients"""
    operation(
        student,
        lambda a, axis, keepdims: a.mean(axis=axis, keepdims=keepdims),
        reductions(tuples=False),
        like=torch.mean,
        names=["a", "axis", "keepdims"],
    )


@question("2.14", about="op_matmul", points=2, needs="2.1", hint="Write down all shapes.")
def test_2_14_matmul(student):
    """a @ b has the right value and gradients"""
    operation(student, lambda a, b: a @ b, matmul_pairs())


@question(
    "2.15", about="op_reshape", points=1, needs="2.1", hint="The gradient goes back to the shape that a has."
)
def test_2_15_reshape(student):
    """reshape and transpose put gradients in place"""
    operation(
        student,
        lambda a, shape: a.reshape(*shape),
        reshapes().filter(lambda pair: pair[1] != ()),
        names=["a", "shape"],
    )


@question(
    "2.15",
    about="op_transpose",
    points=1,
    needs="2.1",
    hint="np.argsort undoes axes, if all are counted from the front.",
)
def test_2_15_transpose(student):
    """transposes have the right values and gradients"""
    operation(
        student,
        lambda a, axes: a.transpose(*axes),
        transposes(),
        like=lambda a, axes: a.permute(axes or tuple(reversed(range(a.ndim)))),
        names=["a", "axes"],
    )
    operation(
        student,
        lambda a: a.T,
        arrays(min_dims=1),
        like=lambda a: a.permute(tuple(reversed(range(a.ndim)))),
        names=["a"],
        examples=50,
    )


@question(
    "2.16", about="op_index", points=2, needs="2.1", hint="Is a number that was picked twice counted twice?"
)
def test_2_16_index(student):
    """a[index] has the right value and gradient"""
    operation(student, lambda a, index: a[index], indices(), names=["a", "index"])


OPERATIONS = tuple(f"2.{number}" for number in range(1, 17) if number != 3)


@question("2.17", points=1, needs=OPERATIONS, hint="Look at the gradient of each line.")
def test_2_17_programs(student):
    """whole programs have the right gradients"""
    check.programs(student.Tensor, examples=60)


# Part 3


@question(
    "3.1", about="l2_loss", points=2, needs=("2.4", "2.7", "2.13"), hint="Subtract, square, take the mean."
)
def test_3_1_l2_loss(student):
    """l2_loss is the mean of the squared differences"""
    operation(
        student,
        lambda prediction, y: student.l2_loss(prediction, y),
        broadcastable(same_shape=True),
        like=lambda prediction, y: ((prediction - y) ** 2).mean(),
        wrt=[0],
        names=["prediction", "y"],
        call="l2_loss(prediction, y)",
    )


@question(
    "3.2",
    about="cross_entropy",
    points=2,
    needs="2.1",
    hint="First get one row right, then take the mean over rows.",
)
def test_3_2_cross_entropy(student):
    """cross_entropy is the mean of -log p[label]"""
    cross_entropy(student, scale=1.0)


@question(
    "3.2",
    about="cross_entropy",
    points=1,
    needs="2.1",
    hint="Subtract the largest logit of each row before you call np.exp.",
)
def test_3_2_cross_entropy_of_large_logits(student):
    """cross_entropy is right for large logits, too"""
    cross_entropy(student, scale=1000.0)


def cross_entropy(student, scale):
    operation(
        student,
        lambda logits, labels: student.cross_entropy(logits, labels),
        classification(scale=scale),
        like=torch.nn.functional.cross_entropy,
        names=["logits", "labels"],
        call="cross_entropy(logits, labels)",
    )


# Part 4


@question(
    "4.1",
    about="descend",
    points=2,
    needs="2.1",
    hint="Against the gradient, and then the gradient back to zero.",
)
def test_4_1_descend(student):
    """descend steps downhill and forgets the gradient"""

    def two_steps(p, q, v, w):
        p, q = student.Tensor(p), student.Tensor(q)
        (p + q).backward(v)
        student.descend([p, q], 0.5)
        (p + q).backward(w)
        student.descend([p, q], 0.25)
        return p, q

    check.values(
        two_steps,
        like=lambda p, q, v, w: (p - 0.5 * v - 0.25 * w, q - 0.5 * v - 0.25 * w),
        inputs=together(
            [(shape,) * 4 for shape in [(1,), (2,), (3,), (1, 1), (2, 2), (2, 1), (2, 3), (2, 1, 3)]]
        ),
        names=["p", "q", "v", "w"],
        call="p, q = Tensor(p), Tensor(q)\n"
        "(p + q).backward(v)\ndescend([p, q], 0.5)\n"
        "(p + q).backward(w)\ndescend([p, q], 0.25)\np.data, q.data",
    )


@question(
    "4.2",
    about="train",
    points=3,
    needs=("1.4", "2.10", "2.11", "2.14", "3.1", "4.1"),
    hint="Plot the loss of each step. It should fall quickly at first, and never jump.",
)
def test_4_2_train(student):
    """train finds parameters that follow the data"""
    parameters, backwards = student.run(watched, student.train, student.Tensor, X, Y)
    assert backwards != 0, "train never calls backward: the gradients must come from your own Tensor."
    check.converged(
        parameters,
        loss=loss,
        names=PARAMETERS,
        below=0.05 * Y.var(),
        call="train(x, y)",
        again=lambda: student.train(X, Y),
    )


def watched(train, Tensor, x, y):
    """Runs beside the student's code: what train returns, and how often it called backward (-1: unknown)."""
    count = 0

    def counted(function):
        def backward(*args, **kwargs):
            nonlocal count
            count += 1
            return function(*args, **kwargs)

        return backward

    kinds = [
        *type(Tensor([1.0])).__mro__,
        *getattr(train, "__globals__", {}).values(),
    ]  # and what results are
    places = [kind for kind in dict.fromkeys(filter(inspect.isclass, kinds)) if "backward" in vars(kind)]
    originals = [vars(kind)["backward"] for kind in places]
    for kind, original in zip(places, originals, strict=True):
        kind.backward = counted(original)
    try:
        return [train(x, y), count if places else -1]
    finally:
        for kind, original in zip(places, originals, strict=True):
            kind.backward = original
