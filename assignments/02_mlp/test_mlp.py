"""Public tests of assignment 02.

pytest assignments/02_mlp              judges your notebook
pytest assignments/02_mlp -k 2_3       judges question 2.3

Networks are compared with the grader's own in float64. Where yours is trained, the grader asks it for predictions
and computes the loss itself, several times on the way and for several seeds.
"""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st

from autograder import check, question
from autograder.checks.inputs import arrays, together

# Part 1


def by_hand(x, V, W):
    return W @ torch.tanh(V @ x)


def on_rows(x, V, W):
    return torch.tanh(x @ V.T) @ W.T


def network(x, V, a, W, b):
    return torch.tanh(x @ V.T + a) @ W.T + b


def shapes_of(make):
    """Runs beside the student's network: the names and shapes of its parameters."""
    return {name: list(parameter.shape) for name, parameter in make().named_parameters()}


def with_parameters(make, x, *values):
    """Runs beside the student's network: its answer with the parameters of the test."""
    net = make().double()
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), values, strict=True):
            parameter.copy_(torch.as_tensor(value))
        return net(torch.as_tensor(x))


NETWORKS = [  # shapes of x, V, W for d inputs, h hidden units and m outputs
    ((d,), (h, d), (m, h)) for d, h, m in [(1, 1, 1), (2, 1, 1), (1, 3, 1), (2, 5, 1), (3, 4, 2)]
]
ROWS = [
    ((n, d), (h, d), (m, h))
    for n, d, h, m in [(1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 3, 1), (4, 2, 5, 1), (3, 2, 2, 3)]
]
MODULES = [((n, 2), (5, 2), (5,), (1, 5), (1,)) for n in (1, 2, 3, 7)]
PARAMETERS = {"linear_1.weight": [5, 2], "linear_1.bias": [5], "linear_2.weight": [1, 5], "linear_2.bias": [1]}


@question("1.1", points=2, hint="V meets x first, then tanh, then W.")
def test_1_1_by_hand(student):
    """net_by_hand computes W tanh(V x)"""
    check.values(
        student.net_by_hand,
        like=by_hand,
        inputs=together(NETWORKS),
        tensor=torch.tensor,
        names=["x", "V", "W"],
        call="net_by_hand(x, V, W)",
        examples=60,
    )


@question("1.2", points=2, hint="Write down all shapes: (n, 2) times (2, 5) gives (n, 5).")
def test_1_2_rows(student):
    """net_on_rows gives one output for each row"""
    check.values(
        student.net_on_rows,
        like=on_rows,
        inputs=together(ROWS),
        tensor=torch.tensor,
        names=["x", "V", "W"],
        call="net_on_rows(x, V, W)",
        examples=60,
    )


@question("1.3", about="Net", points=2, hint="Print list(Net().named_parameters()): there must be four.")
def test_1_3_module(student):
    """Net has two layers with tanh in between"""
    found = student.run(shapes_of, student.Net)
    assert found == PARAMETERS, (
        f"The parameters of Net must be {listed(PARAMETERS)}; yours are {listed(found)}."
    )
    check.values(
        lambda *args: student.run(with_parameters, student.Net, *args),
        like=network,
        inputs=together(MODULES),
        names=["x", "V", "a", "W", "b"],
        call="Net()(x), with V, a in linear_1 and W, b in linear_2",
        examples=40,
    )


def listed(shapes):
    return ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "none at all"


@question("1.4", about="sequential", points=2, hint="Linear, Tanh, Linear, and nothing else.")
def test_1_4_sequential(student):
    """sequential is the same network"""
    found = list(student.run(shapes_of, student.sequential).values())
    wanted = list(PARAMETERS.values())
    assert found == wanted, f"The parameters must have the shapes {wanted}; yours have {found}."
    check.values(
        lambda *args: student.run(with_parameters, student.sequential, *args),
        like=network,
        inputs=together(MODULES),
        names=["x", "V", "a", "W", "b"],
        call="sequential()(x), with parameters V, a, W, b",
        examples=40,
    )


# Part 2

SHAPES_OF_LOSSES = [((n, 1), (n,)) for n in (1, 2, 3, 5, 8)]
LEARNING_RATE = 0.1
STAGES = (50, 100, 100)

rng = np.random.default_rng(12)
X = rng.normal(size=(1000, 2)).astype(np.float32)
Y = np.sum(X**2, axis=1)
X_JUDGED = rng.normal(size=(400, 2)).astype(np.float32)
Y_JUDGED = np.sum(X_JUDGED**2, axis=1)


def l2(prediction, y):
    return torch.mean((prediction - y[:, None]) ** 2)


def forward(state, x):
    """Runs beside the student's network."""
    net = state[0]
    with torch.no_grad():
        return net(torch.as_tensor(x))


@question("2.2", about="start", points=2, hint="torch.manual_seed(seed), then the network, then the optimizer.")
def test_2_2_start(student):
    """the optimizer moves this network's parameters"""

    def one_step(start, seed, learning_rate):
        net, optimizer = start(seed, learning_rate)
        before = [parameter.detach().clone() for parameter in net.parameters()]
        for parameter in net.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        return [[new.detach().numpy(), old.numpy()] for new, old in zip(net.parameters(), before)]

    for seed, learning_rate in [(0, 0.5), (1, 0.125)]:
        for after, before in student.run(one_step, student.start, seed, learning_rate):
            step = before - after
            assert np.allclose(step, learning_rate, atol=1e-5), (
                f"Where every gradient is 1, a step with learning rate {learning_rate} must lower each parameter "
                f"by {learning_rate}. Yours are lowered by {step.min():.4g} to {step.max():.4g}."
            )


@question("2.3", about="train", points=3, needs=("2.1", "2.2"), hint="Plot the losses. Do they fall quickly?")
def test_2_3_train(student):
    """after 250 iterations the network follows x₁² + x₂²"""
    check.converges(
        start=lambda seed: student.start(seed, LEARNING_RATE),
        advance=lambda state, iterations: student.train(state[0], state[1], torch.tensor(X), torch.tensor(Y), iterations),
        predict=lambda state: student.run(forward, state, X_JUDGED),
        loss=lambda prediction: np.mean((prediction[:, 0] - Y_JUDGED) ** 2),
        shape=(len(X_JUDGED), 1),
        below=0.5 * Y_JUDGED.var(),
        stages=STAGES,
        call="train(net, optimizer, x, y, iterations)",
    )
