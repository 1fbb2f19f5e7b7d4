"""Hidden tests of assignment 01: other shapes and data, longer programs, corners."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st

from autograder import check, question
from autograder.checks.inputs import (
    arrays,
    broadcastable,
    classification,
    matmul_pairs,
    powers,
    reductions,
    scalars,
    together,
)
from autograder.checks.reading import gradient_of

ROUNDING = 1e-9
"""Room for another order of computing; too little for single precision or log(a + 1e-8)."""
PARAMETERS = ["a1", "b1", "a2", "b2", "a3", "b3"]
NETWORKS = [  # shapes of x, a1, b1, a2, b2, a3, b3 for n points, d inputs, h hidden units and m outputs
    ((d, n), (m, h), (m, 1), (h, h), (h, 1), (h, d), (h, 1))
    for n, d, h, m in [(1, 2, 1, 1), (1, 1, 2, 3), (5, 1, 5, 1), (3, 2, 4, 3)]
]
LARGE = [(4, 5), (5, 4), (7,), (2, 3, 4), (1, 6), (2, 1, 2, 3)]

rng = np.random.default_rng(7)
SCATTERED = rng.uniform(-2, 2, size=(1, 25))
HEIGHTS = np.tanh(3 * SCATTERED) - 0.3 * SCATTERED


def lecture_network(x, a1, b1, a2, b2, a3, b3, g):
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1


def far(x):
    """Tiny and huge numbers: powers keep the sign."""
    return np.asarray(x**7)


def with_zeros(inputs):
    """The same arrays with a 0 in the first place."""

    def zero(given):
        for array in given:
            array.flat[0] = 0.0
        return given

    return inputs.map(zero)


def loss_for(x, y):
    def loss(*p):
        prediction = lecture_network(x, *p, g=np.tanh)
        alone = lecture_network(x[:, :1], *p, g=np.tanh)  # a bias as wide as the data could be the data
        if prediction.shape != y.shape or alone.shape != (1, 1):
            raise ValueError("one output for each data point")
        return np.mean((prediction - y) ** 2)

    return loss


def operation(student, function, inputs, **kwargs):
    """An operation on its own: each tensor is used once."""
    kwargs = {"like": function, "examples": 30, "seed": 1, "shared": False, "relative": ROUNDING, **kwargs}
    check.gradients(function, inputs=inputs, tensor=student.Tensor, **kwargs)


def found(student, function, x, y, call):
    """What ``function`` returns. It must leave the data alone."""

    def run(function, x, y):
        before = x.copy(), y.copy()
        result = function(x, y)
        return [result, bool(np.array_equal(x, before[0]) and np.array_equal(y, before[1]))]

    result, alone = student.run(run, function, x, y)
    assert alone, f"{call} changes the data that it is given. Work on a copy: y = y.copy()."
    return result


# Part 1


@question("1.1", points=1, hint="relu(0) is 0.")
def test_1_1_relu_at_zero(student):
    """relu is 0 at 0, for arrays of any shape"""
    check.values(
        student.relu,
        like=torch.relu,
        inputs=st.sampled_from([np.zeros(1), np.zeros(()), np.array([[-1.0, 0.0], [0.0, 2.0]])]),
        examples=6,
        call="relu(x)",
    )
    inputs = arrays(shapes=LARGE, max_dims=4).map(far)
    check.values(student.relu, like=torch.relu, inputs=inputs, seed=1, call="relu(x)")


@question("1.2", points=1, hint="At 0, any slope from 0 to 1 is right.")
def test_1_2_relu_backward_at_zero(student):
    """relu_backward uses a slope from 0 to 1 at the corner"""
    upstream = np.array([2.0, -4.0, 8.0])
    gradient = check.value(student.relu_backward(np.array([-1.0, 0.0, 1.0]), upstream), shape=(3,))
    slope = gradient[1] / upstream[1]
    assert 0 <= slope <= 1, f"The slope of relu at 0 must be from 0 to 1; yours is {slope:g}."
    check.gradients(
        None,
        like=torch.relu,
        backward=student.relu_backward,
        inputs=arrays(shapes=LARGE, max_dims=4).map(far),
        examples=30,
        seed=1,
        backward_call="relu_backward(x, upstream)",
    )


@question("1.3", points=1, hint="The slope is 1 - tanh²(x), for small and large x.")
def test_1_3_tanh_backward_far_out(student):
    """tanh_backward is right for large arrays and far from 0"""
    check.gradients(
        None,
        like=torch.tanh,
        backward=student.tanh_backward,
        inputs=arrays(shapes=LARGE, max_dims=4).map(far),
        examples=30,
        seed=1,
        backward_call="tanh_backward(x, upstream)",
    )


@question("1.4", about="network", points=1, hint="g is applied twice: to a3 x + b3, and to a2 g(...) + b2.")
def test_1_4_network_with_other_activations(student):
    """network uses the activation function that it is given, and leaves p as it is"""

    def double(z):
        return z + z

    def cube(z):
        return z * z * z

    for g in (double, cube):
        check.values(
            lambda x, *p, g=g: student.network(x, list(p), g),
            like=lambda x, *p, g=g: lecture_network(x, *p, g=g),
            inputs=together(NETWORKS),
            examples=30,
            seed=1,
            names=["x", *PARAMETERS],
            call=f"network(x, [a1, b1, a2, b2, a3, b3], {g.__name__})",
        )

    def twice(network, x, *p):
        parameters = list(p)
        network(x, parameters, np.tanh)
        return network(x, parameters, np.tanh)

    check.values(
        lambda x, *p: student.run(twice, student.network, x, *p),
        like=lambda x, *p: lecture_network(x, *p, g=torch.tanh),
        inputs=together(NETWORKS),
        examples=5,
        seed=1,
        names=["x", *PARAMETERS],
        call="p = [a1, b1, a2, b2, a3, b3]\nnetwork(x, p, np.tanh)\nnetwork(x, p, np.tanh)",
    )


@question("1.5", about="fit", points=1, needs="1.4", hint="Does it also work for data that you have not seen?")
def test_1_5_fit_other_data(student):
    """fit works for other data, too"""
    judge_fit(student, student.fit, "fit(x, y)", 0.02)


def judge_fit(student, function, call, share):
    """Called twice: where each call ends somewhere else, chance must not decide."""
    check.converged(
        found(student, function, SCATTERED, HEIGHTS, call),
        loss=loss_for(SCATTERED, HEIGHTS),
        names=PARAMETERS,
        below=share * HEIGHTS.var(),
        call=call,
        again=lambda: function(SCATTERED, HEIGHTS),
    )


# Part 2


def gradient_after(tensor, v):
    """The gradient of ``tensor`` after a backward pass from it."""
    tensor.backward(v)
    return gradient_of(tensor)


@question("2.1", about="backward", points=1, hint="Every tensor on the way gets its gradient, not only the first ones.")
def test_2_1_backward_on_the_way(student):
    """backward leaves a gradient in every tensor, also in longer programs"""

    def gradients(a, b, v):
        a, b = student.Tensor(a), student.Tensor(b)
        c = -a
        out = c
        for _ in range(31):
            out = -(out + b) if out is c else -(out + student.Tensor(np.ones(v.shape)))
        out.backward(v)
        return gradient_of(a), gradient_of(b), gradient_of(c), gradient_of(out)

    check.values(
        gradients,
        like=lambda a, b, v: (v, -v, -v, v),
        inputs=broadcastable(3, same_shape=True),
        examples=20,
        seed=1,
        names=["a", "b", "v"],
        call="a, b = Tensor(a), Tensor(b)\nc = -a\nout = -(c + b)\n"
        "for _ in range(30):\n    out = -(out + Tensor(np.ones(v.shape)))\n"
        "out.backward(v)\na.grad, b.grad, c.grad, out.grad",
    )
    check.values(
        lambda a, v: -gradient_after(student.Tensor(a), v),
        like=lambda a, v: -v,
        inputs=broadcastable(same_shape=True).map(lambda pair: (pair[0], 0 * pair[1])),
        examples=5,
        seed=1,
        names=["a", "v"],
        call="a = Tensor(a)\na.backward(v)\n-a.grad",
    )

    def Tensor(data):  # noqa: N802 - as the student writes it
        return student.Tensor(data)

    check.values(
        Tensor,
        like=lambda data: torch.as_tensor(data, dtype=torch.float64),
        inputs=st.sampled_from([3, 0.5, [1, 2], np.array([[1], [2]]), np.array([1.5], dtype=np.float32)]),
        examples=20,
        names=["data"],
    )


@question("2.2", about="backward", points=1, needs="2.1", hint="Visit a tensor after everything that was computed from it.")
def test_2_2_ladders(student):
    """gradients add up in larger graphs, too"""

    def ladder(a, b):
        for _ in range(6):
            a, b = a + b, b + a
        return a + b

    def fan(a, b):
        c = a + b
        d = c + c
        e = a + d
        f = e + c
        return (c + f) + (f + (e + d))

    def late(a, b):
        c = b + a
        d = c + b
        for _ in range(4):
            d = d + c
        return (a + d) + d

    for program, call in [
        (ladder, "for _ in range(6):\n    a, b = a + b, b + a\na + b"),
        (fan, "c = a + b\nd = c + c\ne = a + d\nf = e + c\n(c + f) + (f + (e + d))"),
        (late, "c = b + a\nd = c + b\nfor _ in range(4):\n    d = d + c\n(a + d) + d"),
    ]:
        check.gradients(
            program,
            like=program,
            inputs=broadcastable(2, same_shape=True),
            tensor=student.Tensor,
            examples=20,
            seed=1,
            call=call,
        )


@question("2.3", about="backward", points=1, needs="2.1", hint="Gradients on their way must be kept apart from .grad.")
def test_2_3_three_times(student):
    """backward can be called any number of times, from any result"""

    def program(a, b, c, v, w):
        a, b, c = student.Tensor(a), student.Tensor(b), student.Tensor(c)
        half = a + b
        out = half + c
        out.backward(v)
        half.backward(w)
        out.backward(w)
        return gradient_of(a), gradient_of(half)

    check.values(
        program,
        like=lambda *args: (args[3] + 2 * args[4],) * 2,
        inputs=broadcastable(5, same_shape=True),
        examples=30,
        seed=1,
        names=["a", "b", "c", "v", "w"],
        call="a, b, c = Tensor(a), Tensor(b), Tensor(c)\nhalf = a + b\nout = half + c\n"
        "out.backward(v)\nhalf.backward(w)\nout.backward(w)\na.grad, half.grad",
    )


@question("2.4", about="op_sub", points=1, needs="2.1")
def test_2_4_minus_in_programs(student):
    """minus works within longer programs"""
    operation(student, lambda a, b, c: a - (b - c), broadcastable(3, same_shape=True))
    operation(student, lambda a, b: -(a - b), together([(shape, shape) for shape in LARGE]))


@question("2.5", about="op_mul", points=1, needs="2.1")
def test_2_5_times_in_programs(student):
    """times works within longer programs"""
    operation(student, lambda a, b, c: (a * b) * c, broadcastable(3, same_shape=True))
    operation(student, lambda a, b: a * b, with_zeros(broadcastable(same_shape=True)), examples=10)


@question("2.6", about="op_div", points=1, needs="2.1")
def test_2_6_divided_in_programs(student):
    """division works within longer programs"""
    operation(student, lambda a, b, c: a / (b / c), broadcastable(3, values="large", same_shape=True))


@question("2.7", about="op_pow", points=1, needs="2.1")
def test_2_7_other_powers(student):
    """powers work for other exponents and within longer programs"""
    operation(student, lambda a, n: a**n, powers((5, -2, 1.5, -0.5, 4, 2.0, -1.0, 0, 6, 0.3)), names=["a", "n"])
    operation(student, lambda a: a**2, with_zeros(arrays(min_dims=1).map(lambda a: (a,))), examples=10)
    operation(student, lambda a: a**3.0, with_zeros(arrays(min_dims=1).map(lambda a: (a,))), examples=10)
    operation(student, lambda a: (a**2) ** 1.5, arrays(shapes=LARGE, max_dims=4, values="positive"))


@question("2.8", about=("op_exp", "op_log"), points=1, needs="2.1")
def test_2_8_exp_and_log_in_programs(student):
    """exp and log work within longer programs"""
    # With a number in the place of b, the question would build on 2.11.
    function = lambda a, b: (a.exp() + b).log()
    operation(student, function, broadcastable(values=("any", "positive"), same_shape=True))


@question("2.11", about="unbroadcast", points=1, needs="2.1", hint="Axes may appear in front and be stretched at the same time.")
def test_2_11_broadcasting_of_three(student):
    """gradients are right when several shapes are stretched at once"""
    operation(student, lambda a, b, c: (a + b) + c, broadcastable(3))
    shapes = [((1, 3, 1), (2, 1, 4)), ((3, 1), (4, 2, 1, 5)), ((), (2, 1, 2)), ((1, 1), (3,)), ((4,), (4, 4))]
    operation(student, lambda a, b: b + a, together(shapes))


@question(
    "2.12", about="right_add",
    points=1,
    needs=("2.4", "2.5", "2.6", "2.11"),
    hint="An array on the left must not take the tensor apart.",
)
def test_2_12_arrays(student):
    """arrays and numbers of numpy can stand on either side of a tensor"""
    whole = broadcastable(values="large").map(lambda pair: (pair[0], np.ceil(pair[1] + 4).astype(np.int64)))
    for function in [
        lambda t, k: t + k,
        lambda t, k: t - k,
        lambda t, k: t * k,
        lambda t, k: t / k,
        lambda t, k: k + t,
        lambda t, k: k - t,
        lambda t, k: k * t,
        lambda t, k: k / t,
    ]:
        operation(student, function, broadcastable(values="large"), wrt=[0], names=["t", "k"], examples=15)
        operation(
            student,
            function,
            whole,
            like=lambda t, k, function=function: function(t, torch.as_tensor(k)),
            wrt=[0],
            names=["t", "k"],
            examples=5,
        )


    for code, reflected in [
        ("np.float64(0.5) + t", lambda t: np.float64(0.5) + t),
        ("np.float64(0.5) - t", lambda t: np.float64(0.5) - t),
        ("np.float64(0.5) * t", lambda t: np.float64(0.5) * t),
        ("np.float64(0.5) / t", lambda t: np.float64(0.5) / t),
    ]:
        operation(
            student,
            # beside the student: on the way there, a number of numpy's would become one of Python's
            lambda t, reflected=reflected: student.run(reflected, t),
            arrays(values="large", max_dims=2),
            like=reflected,
            names=["t"],
            examples=3,
            call=code,
        )


@question("2.13", about=("op_sum", "op_mean"), points=1, needs="2.1")
def test_2_13_sums_of_sums(student):
    """sum and mean work without arguments and one after the other"""
    operation(student, lambda a: a.sum(), arrays(shapes=LARGE, max_dims=4))
    operation(student, lambda a: a.mean(), arrays(shapes=LARGE, max_dims=4))
    operation(
        student,
        lambda a, axis, keepdims: a.mean(axis, keepdims).sum(),
        reductions(tuples=False),
        like=lambda a, axis, keepdims: torch.mean(a, axis, keepdims).sum(),
    )


@question("2.14", about="op_matmul", points=1, needs="2.1")
def test_2_14_products(student):
    """a @ b works with arrays on either side and one after the other"""
    operation(student, lambda t, k: t @ k, matmul_pairs(), wrt=[0], names=["t", "k"])
    operation(student, lambda k, t: k @ t, matmul_pairs(), wrt=[1], names=["k", "t"])
    operation(
        student, lambda a, b, c: (a @ b) @ c, together([((1, 2), (2, 3), (3, 1)), ((4, 2), (2, 2), (2, 5))])
    )


@question("2.15", about=("op_reshape", "op_transpose"), points=1, needs="2.1", hint="Does the gradient go the whole way back for three axes?")
def test_2_15_moves(student):
    """reshape and transpose work one after the other"""
    cubes = arrays(shapes=[(2, 3, 4), (1, 3, 2), (3, 1, 1), (2, 2, 2)])
    operation(student, lambda a: a.transpose(1, 2, 0), cubes, like=lambda a: a.permute(1, 2, 0))
    operation(
        student,
        lambda a: a.transpose(2, 0, 1).reshape(-1),
        cubes,
        like=lambda a: a.permute(2, 0, 1).reshape(-1),
    )
    operation(student, lambda a: a.T.reshape(2, -1), arrays((3, 4)))
    operation(student, lambda a: a.reshape(2, -1, 2), arrays(shapes=[(4,), (4, 2), (2, 3, 4)]), examples=10)


@question("2.16", about="op_index", points=1, needs="2.1")
def test_2_16_other_indices(student):
    """indexing works with masks, several lists, and one after the other"""
    operation(student, lambda a: a[1:][0], arrays(shapes=[(2,), (3, 2), (4, 1, 2)]))
    operation(student, lambda a: a[..., [0, 0, -1]], arrays(shapes=[(2,), (3, 2), (2, 2, 3)]))
    operation(student, lambda a: a[::-1], arrays(shapes=[(3,), (4, 2)]), like=lambda a: a.flip(0))
    operation(student, lambda a: a[:, None], arrays(shapes=[(2,), (3, 2)]), examples=10)
    for code, index, shapes in [
        ("np.array([True, False, True])", np.array([True, False, True]), [(3,), (3, 2)]),
        ("np.array([[True, False], [True, True]])", np.array([[True, False], [True, True]]), [(2, 2)]),
        ("np.array([0, 2, 0])", np.array([0, 2, 0]), [(3,), (3, 2)]),
    ]:
        operation(
            student,
            lambda a: a[index],  # noqa: B023 - it is called at once
            arrays(shapes=shapes),
            like=lambda a: a[torch.from_numpy(index)],  # noqa: B023
            examples=15,
            names=["a"],
            call=f"a[{code}]",
        )


@question("2.17", points=2, needs=tuple(f"2.{number}" for number in range(1, 17) if number != 3))
def test_2_17_larger_programs(student):
    """larger programs have the right gradients"""
    check.programs(student.Tensor, examples=80, seed=1)


# Part 3


@question(
    "3.1", about="l2_loss", points=1, needs=("2.4", "2.7", "2.13"), hint="The mean goes over all numbers, whatever the shape."
)
def test_3_1_l2_loss_of_many(student):
    """l2_loss takes the mean over all numbers of any shape"""
    operation(
        student,
        lambda prediction, y: student.l2_loss(prediction, y),
        together([((4, 5), (4, 5)), ((1, 7), (1, 7)), ((2, 3, 2), (2, 3, 2))]),
        like=lambda prediction, y: ((prediction - y) ** 2).mean(),
        wrt=[0],
        names=["prediction", "y"],
        call="l2_loss(prediction, y)",
    )


@question("3.2", about="cross_entropy", points=2, needs="2.1", hint="Never take the logarithm of a p that may have become 0.")
def test_3_2_cross_entropy_of_huge_logits(student):
    """cross_entropy is right for logits of any size"""
    for scale in (0.25, 20.0, 10_000 / 4):
        operation(
            student,
            lambda logits, labels: student.cross_entropy(logits, labels),
            classification(scale=scale),
            like=torch.nn.functional.cross_entropy,
            examples=30,
            names=["logits", "labels"],
            call="cross_entropy(logits, labels)",
        )


# Part 4


@question("4.1", about="descend", points=1, needs="2.1")
def test_4_1_descend_repeatedly(student):
    """descend works step after step, for parameters of different shapes"""

    def steps(p, q):
        p, q = student.Tensor(p), student.Tensor(q)
        for step in range(1, 4):
            p.backward(np.full((2, 3), 100.0 * step))
            q.backward(np.full((4,), -100.0 * step))
            student.descend([p, q], 0.1 * step)
        return p, q

    check.values(
        steps,
        like=lambda p, q: (p - 140, q + 140),
        inputs=together([((2, 3), (4,))]),
        examples=10,
        names=["p", "q"],
        call="p, q = Tensor(p), Tensor(q)\nfor step in range(1, 4):\n    p.backward(np.full((2, 3), 100.0 * step))\n"
        "    q.backward(np.full(4, -100.0 * step))\n    descend([p, q], 0.1 * step)\np.data, q.data",
    )


@question(
    "4.2", about="train", points=2, needs=("1.4", "2.10", "2.11", "2.14", "3.1", "4.1"), hint="Does it work for other data?"
)
def test_4_2_train_on_other_data(student):
    """train works for other data, too"""
    def tanh(t):
        return t.tanh()

    check.gradients(
        lambda x, *p: student.network(x, p, tanh),
        like=lambda x, *p: lecture_network(x, *p, g=torch.tanh),
        inputs=together(NETWORKS),
        tensor=student.Tensor,
        wrt=range(1, 7),
        examples=5,
        seed=1,
        shared=False,
        names=["x", *PARAMETERS],
        call="network(x, (a1, b1, a2, b2, a3, b3), tanh)",
    )
    judge_fit(student, student.train, "train(x, y)", 0.05)
