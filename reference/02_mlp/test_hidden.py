"""Hidden tests of assignment 02: other sizes, data, seeds and optimizers, corners."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import torch
from hypothesis import strategies as st

from autograder import check, question
from autograder.checks.inputs import arrays, classification, together
from autograder.checks.losses import leaf

_path = Path(__file__).parents[2] / "assignments" / "02_mlp" / "test_mlp.py"
_spec = importlib.util.spec_from_file_location("public_tests_of_02", _path)
public = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(public)
small_network = public.small_network  # what runs beside the notebook cannot say `public`

POINTS = [((d,), (h, d), (m, h)) for d, h, m in [(2, 2, 1), (4, 3, 1), (1, 2, 3), (5, 5, 2)]]
ROWS = [((n, d), (h, d), (m, h)) for n, d, h, m in [(2, 2, 2, 2), (5, 2, 5, 1), (3, 3, 3, 3), (6, 1, 4, 2)]]
MODULES = [((n, 2), (5, 2), (5,), (1, 5), (1,)) for n in (1, 4, 9)]
FITS = [((n, 2), (n,), (h, 2), (h,), (1, h), (1,)) for n, h in [(1, 2), (3, 1), (5, 4)]]
SPLITS = [
    ((n, 2), (n,), (h, 2), (h,), (1, h), (1,), (m, 2), (m,))
    for n, h, m in [(2, 2, 1), (3, 3, 2), (4, 5, 6)]
]


# Part 1


@question("1.1", points=1, hint="V meets x first, then comes tanh, then W.")
def test_1_1_other_sizes(student):
    """net_by_hand works for other sizes"""
    check.values(
        student.net_by_hand,
        like=lambda x, V, W: W @ torch.tanh(V @ x),
        inputs=together(POINTS),
        tensor=torch.tensor,
        names=["x", "V", "W"],
        call="net_by_hand(x, V, W)",
        examples=30,
        seed=1,
    )


@question("1.2", points=1, hint="Write down all shapes: (n, 2) times (2, 5) gives (n, 5).")
def test_1_2_other_sizes(student):
    """net_on_rows works for other sizes, square ones too"""
    check.values(
        student.net_on_rows,
        like=lambda x, V, W: torch.tanh(x @ V.T) @ W.T,
        inputs=together(ROWS),
        tensor=torch.tensor,
        names=["x", "V", "W"],
        call="net_on_rows(x, V, W)",
        examples=30,
        seed=1,
    )


@question("1.3", about="Net", points=1, hint="Each Net() has random parameters of its own.")
def test_1_3_each_net_is_new(student):
    """each Net is a new one"""
    public.judge_net(student, MODULES, examples=20, seed=1)
    judge_new(student, student.Net, "Net()")


@question("1.4", about="sequential", points=1, hint="Each call makes three new modules.")
def test_1_4_each_sequence_is_new(student):
    """sequential makes an nn.Sequential, a new one each time"""

    def is_sequential(make):
        return isinstance(make(), torch.nn.Sequential)

    assert student.run(is_sequential, student.sequential), "sequential must return an nn.Sequential."
    public.judge_sequential(student, MODULES, examples=20, seed=1)
    judge_new(student, student.sequential, "sequential()")


def judge_new(student, make, call):
    def two(make):
        torch.manual_seed(0)
        first, second = make().double(), make().double()
        shared = {id(p) for p in first.parameters()} & {id(p) for p in second.parameters()}
        x = torch.tensor([[0.5, -1.0]]).double()
        return [len(shared), first(x).detach(), second(x).detach()]

    shared, first, second = student.run(two, make)
    assert shared == 0, f"Two calls of {call} share parameters: training one would change the other."
    assert not np.array_equal(student.value(first), student.value(second)), (
        f"Two calls of {call} give the same parameters; they should be random."
    )


# Part 2

STAGES = (25, 75, 150)

rng = np.random.default_rng(21)
X = rng.normal(size=(500, 2)).astype(np.float32)
Y = 5 - 2 * np.sum(np.abs(X), axis=1)
X_JUDGED = rng.normal(size=(300, 2)).astype(np.float32)
Y_JUDGED = 5 - 2 * np.sum(np.abs(X_JUDGED), axis=1)


@question("2.1", about="l2_loss", points=1, hint="The result is one number for all data points together.")
def test_2_1_many_points(student):
    """l2_loss is right for more points, too"""
    check.loss(
        student.l2_loss,
        like=public.l2,
        inputs=together([((n, 1), (n,)) for n in (1, 13, 30)]),
        tensor=lambda x: student.run(leaf, x),
        call="l2_loss(prediction, y)",
        examples=12,
        seed=1,
    )


@question("2.2", about="start", points=1, needs="1.3", hint="torch.manual_seed(seed) comes before the network.")
def test_2_2_seed(student):
    """the seed decides which network it is"""
    x = np.array([[1.0, 2.0], [-1.0, 0.5]], dtype=np.float32)
    first, again, other = (
        check.value(student.run(public.answer, student.start(seed, 0.1), x), shape=(2, 1)) for seed in (7, 7, 8)
    )
    assert np.array_equal(first, again), "start(7, 0.1) gives two different networks: nothing can be repeated."
    assert not np.array_equal(first, other), "start(7, 0.1) and start(8, 0.1) give the same network."


def trained(train, loss_function, make_optimizer, iterations, x, y, V, a, W, b):
    """Runs beside the student's code: what a network answers after training with another loss."""
    net = small_network(V, a, W, b)
    x = torch.as_tensor(x)
    train(net, make_optimizer(net.parameters()), x, torch.as_tensor(y), iterations, loss_function)
    with torch.no_grad():
        return net(x)


@question("2.3", about="train", points=2, needs=("2.1", "2.2"), hint="Is anything left from the last iteration?")
def test_2_3_steps(student):
    """train takes the right steps, with any loss and optimizer"""

    def right(loss_function, make_optimizer, iterations, x, y, *values):
        with torch.enable_grad():
            p = [value.clone().requires_grad_() for value in values]
            optimizer = make_optimizer(p)
            for _ in range(iterations):
                optimizer.zero_grad()
                loss_function(public.network(x, *p), y).backward()
                optimizer.step()
        return public.network(x, *p)

    def squares(prediction, y):
        return torch.mean((prediction[:, 0] - 2 * y) ** 2)

    def cubes(prediction, y):
        return torch.sum(torch.abs(prediction[:, 0] - y) ** 3)

    for loss_function, make_optimizer, iterations in [
        (squares, lambda p: torch.optim.SGD(p, lr=0.05), 1),
        (squares, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5), 3),
        (cubes, lambda p: torch.optim.Adam(p, lr=0.1), 3),
    ]:
        check.values(
            lambda *args, f=loss_function, m=make_optimizer, n=iterations: student.run(
                trained, student.train, f, m, n, *args
            ),
            like=lambda *args, f=loss_function, m=make_optimizer, n=iterations: right(f, m, n, *args),
            inputs=together(FITS),
            names=public.FIT_NAMES,
            call=f"train(net, optimizer, x, y, {iterations}, loss_function), then net(x)",
            examples=8,
            seed=1,
        )


@question("2.3", about="train", points=1, needs=("2.1", "2.2"), hint="Does it also work for other data?")
def test_2_3_other_data(student):
    """train learns another function"""

    check.converges(
        start=lambda seed: student.start(seed, public.LEARNING_RATE),
        advance=lambda state, iterations: student.run(public.continued, student.train, state, X, Y, iterations),
        predict=lambda state: student.run(public.answer, state, X_JUDGED),
        loss=lambda prediction: np.mean((prediction[:, 0] - Y_JUDGED) ** 2),
        shape=(len(X_JUDGED), 1),
        below=0.7 * Y_JUDGED.var(),  # as the notebook says
        stages=STAGES,
        seeds=(10, 11, 12),
        call="train(net, optimizer, x, y, iterations)",
    )


# Part 3


@question("3.1", about="path", points=1, hint="Are the gradients of the last step forgotten before the next?")
def test_3_1_other_optimizers(student):
    """path works with an optimizer that has a memory"""

    def way(path, start, tilt, steps):
        return path(
            lambda p: torch.sum(torch.as_tensor(tilt) * p + p**2),
            torch.as_tensor(start),
            lambda parameters: torch.optim.SGD(parameters, lr=0.125, momentum=0.5),
            steps,
        )

    def right(start, tilt, steps):
        points, velocity = [start], torch.zeros_like(start)
        for _ in range(steps):
            velocity = 0.5 * velocity + tilt + 2 * points[-1]
            points.append(points[-1] - 0.125 * velocity)
        return torch.stack(points)

    check.values(
        lambda *args: student.run(way, student.path, *args),
        like=right,
        inputs=st.tuples(arrays((2,)), arrays((2,)), st.integers(0, 5)),
        names=["start", "c", "steps"],
        call="path(lambda p: torch.sum(c * p + p**2), start, make_optimizer, steps)",
        examples=30,
        seed=1,
    )


@question("3.2", about="Momentum", points=1, hint="The momentum is 0.9 where none is given.")
def test_3_2_default(student):
    """Momentum has a momentum of 0.9 if none is given"""
    check.optimizer(
        student.Momentum,
        like=lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
        hyper={"lr": (0.25, 0.5)},
        call="Momentum(parameters, lr)",
        relative=1e-4,
        examples=30,
        seed=1,
    )


@question("3.3", about="Adam", points=2, hint="The defaults are 0.9, 0.999 and 1e-8.")
def test_3_3_default(student):
    """Adam has its usual defaults"""
    check.optimizer(
        student.Adam,
        like=torch.optim.Adam,
        hyper={"lr": (0.25, 0.5)},
        call="Adam(parameters, lr)",
        relative=1e-4,
        examples=30,
        seed=1,
    )


# Part 4


X_RINGS, LABELS = public.rings(300, seed=200)
X_RINGS_JUDGED, LABELS_JUDGED = public.rings(500, seed=201)


@question("4.1", about="cross_entropy", points=1, hint="Large negative logits are large, too.")
def test_4_1_very_large_logits(student):
    """cross_entropy is right for logits up to 10,000"""
    check.loss(
        student.cross_entropy,
        like=torch.nn.functional.cross_entropy,
        inputs=classification(scale=2500.0).map(lambda pair: (pair[0] - 1000.0, pair[1])),
        tensor=lambda x: student.run(leaf, x),
        names=["logits", "labels"],
        call="cross_entropy(logits, labels)",
        examples=30,
        seed=1,
    )


@question("4.2", about="classify", points=1, hint="All logits of a row can be negative.")
def test_4_2_more_labels(student):
    """classify works for more labels, and for large negative logits"""

    def decisions(classify, W, b, x):
        net = torch.nn.Linear(W.shape[1], len(W)).double()
        with torch.no_grad():
            net.weight.copy_(torch.as_tensor(W))
            net.bias.copy_(torch.as_tensor(b))
        return classify(net, torch.as_tensor(x))

    for b in ([-300.0, -299.0, -300.5, -299.75, -298.5], [1.0, 2.25, 0.5, 3.75, 2.0]):
        check.values(
            lambda W, x, b=b: student.run(decisions, student.classify, W, b, x),
            like=lambda W, x, b=b: (x @ W.T + torch.tensor(b, dtype=x.dtype)).argmax(dim=1),
            inputs=together([((5, 2), (n, 2)) for n in (1, 4, 7)], distinct=True),
            names=["W", "x"],
            call="classify(lambda x: x @ W.T + b, x)",
            examples=15,
            seed=1,
        )


@question("4.3", about="start_classifier", points=2, needs=("2.3", "4.1"), hint="Does it work for other points?")
def test_4_3_other_rings(student):
    """the classifier is right about nearly all new points"""

    public.judge_classifier(student, X_RINGS, LABELS, X_RINGS_JUDGED, LABELS_JUDGED, seeds=(20, 21, 22))


# Part 5


def curve(x):
    return np.sin(3.5 * x + 1) + 0.3 * x**2


@question("5.1", about="start_broad", points=1, needs="2.3", hint="Does it work for other curves and seeds?")
def test_5_1_another_curve(student):
    """a broad network follows another curve"""

    public.judge_broad(student, curve, seeds=(30, 31, 32))


# Part 6


@question("6.1", about="split", points=1, hint="Picked at random means: not the last ones, and not in order.")
def test_6_1_random(student):
    """every point has the same chance to be put aside"""

    n, n_validation, seeds = 30, 10, 30
    x, y = np.arange(2 * n, dtype=np.float32).reshape(n, 2), np.arange(n, dtype=np.float32)
    times = np.zeros(n)
    for seed in range(seeds):
        aside = check.value(
            student.run(public.parted, student.split, x, y, n_validation, seed)[3], shape=(n_validation,)
        )
        assert len(set(aside)) == n_validation, "A point was put aside twice."
        times[aside.astype(int)] += 1
    # Each count is binomial (30, 1/3): it is 0 or more than 22 less than once in 1,000 points.
    assert times.min() > 0, f"The point of index {times.argmin()} was never put aside, for {seeds} seeds."
    assert times.max() < 24, f"The point of index {times.argmax()} was put aside for nearly every seed."


@question("6.2", about="normalise", points=1, hint="Each column has its own mean and standard deviation.")
def test_6_2_columns(student):
    """normalise does each column by itself, and changes no input"""

    def scaled(normalise, a, b):
        a, b = torch.as_tensor(a), torch.as_tensor(b)
        return [*normalise(a, b), a, b]

    check.values(
        lambda *args: student.run(scaled, student.normalise, *args),
        like=lambda a, b: (
            (a - a.mean(0)) / a.std(0, correction=0),
            (b - a.mean(0)) / a.std(0, correction=0),
            a,
            b,
        ),
        inputs=together([((n, d), (m, d)) for n, m, d in [(2, 4, 3), (4, 1, 2), (6, 5, 4)]], distinct=True),
        names=["x_train", "x_validation"],
        call="normalise(x_train, x_validation), x_train, x_validation",
        examples=30,
        seed=1,
    )


def evaluated(evaluate, training, x, y, V, a, W, b):
    """Runs beside the student's code: loss, mode and gradients of a network with batch norm."""
    layers = small_network(V, a, W, b)
    norm = torch.nn.BatchNorm1d(len(V)).double()
    net = torch.nn.Sequential(layers[0], norm, layers[1], layers[2])
    net.train(training)
    loss = evaluate(net, torch.as_tensor(x), torch.as_tensor(y))
    gradients = sum(parameter.grad is not None for parameter in net.parameters())
    return [loss, net.training, norm.training, gradients, float(norm.running_mean.abs().sum())]


@question("6.3", about="evaluate", points=2, needs="2.1", hint="net.training says which mode a network is in.")
def test_6_3_leaves_no_trace(student):
    """evaluate leaves the network as it was, and in its mode"""

    def right(x, y, V, a, W, b):
        return public.l2(torch.tanh((x @ V.T + a) / np.sqrt(1 + 1e-5)) @ W.T + b, y)

    x, y = np.array([[0.5, 1.0], [1.5, -1.0]]), np.array([1.0, 2.0])
    p = [np.ones((3, 2)), np.zeros(3), np.ones((1, 3)), np.zeros(1)]
    for training in (True, False):
        _, mode, mode_of_layer, gradients, moved = student.run(
            evaluated, student.evaluate, training, x, y, *p
        )
        assert mode is mode_of_layer is training, (
            f"A network with net.training = {training} must have it afterwards, in every layer."
        )
        assert gradients == 0, "After evaluate the parameters have gradients: nothing must be differentiated."
        assert moved == 0, "Evaluate changes what the network's batch norm remembers."
        check.values(
            lambda *args, mode=training: student.run(evaluated, student.evaluate, mode, *args)[0],
            like=right,
            inputs=together(FITS[1:]),
            names=public.FIT_NAMES,
            call=f"evaluate(net, x, y), for a network with batch norm and net.training = {training}",
            examples=10,
            seed=1,
        )


@question("6.4", about="train_best", points=2, needs=("2.3", "6.3"), hint="Is what you keep a copy?")
def test_6_4_other_optimizers(student):
    """train_best works with optimizers that have a memory"""
    for make_optimizer, rounds, iterations, described in [
        (lambda p: torch.optim.Adam(p, lr=0.25), 5, 1, "Adam, lr=0.25"),
        (lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5), 3, 3, "SGD, lr=0.05, momentum=0.5"),
    ]:
        public.judge_best(
            student, make_optimizer, rounds, iterations, described, shapes=SPLITS, examples=10, seed=1
        )
