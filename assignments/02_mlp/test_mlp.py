"""Public tests of assignment 02.

pytest assignments/02_mlp              judges your notebook
pytest assignments/02_mlp -k 2_3       judges question 2.3

What can be computed exactly is compared with the grader's own, in float64. Where your network is trained, the
grader asks it for predictions and computes the loss itself, on the way and for several seeds.
"""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st

from autograder import check, question
from autograder.checks.inputs import arrays, classification, together
from autograder.checks.losses import leaf

# Part 1

POINTS = [  # shapes of x, V, W for d inputs, h hidden units and m outputs
    ((d,), (h, d), (m, h)) for d, h, m in [(1, 1, 1), (2, 1, 1), (1, 3, 1), (2, 5, 1), (3, 4, 2)]
]
ROWS = [  # the same for n points
    ((n, d), (h, d), (m, h))
    for n, d, h, m in [(1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 3, 1), (4, 2, 5, 1), (3, 2, 2, 3)]
]
MODULES = [((n, 2), (5, 2), (5,), (1, 5), (1,)) for n in (1, 2, 3, 7)]
NAMES = ["x", "V", "a", "W", "b"]
PARAMETERS = {
    "linear_1.weight": [5, 2],
    "linear_1.bias": [5],
    "linear_2.weight": [1, 5],
    "linear_2.bias": [1],
}


def network(x, V, a, W, b):
    return torch.tanh(x @ V.T + a) @ W.T + b


def ready(net, inputs):
    """Runs beside the student's code: the network, once its lazy layers know how many inputs they have."""
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in net.parameters()):
        net(torch.zeros(2, inputs))
    return net


def shapes_of(make):
    """Runs beside the student's code: names and shapes of a network's parameters."""
    return {name: list(parameter.shape) for name, parameter in ready(make(), 2).named_parameters()}


def with_parameters(make, names, x, *values):
    """Runs beside the student's code: what a network with these parameters answers, by name or in order."""
    net = ready(make(), 2).double()
    parameters = dict(net.named_parameters())
    with torch.no_grad():
        for name, value in zip(names or parameters, values, strict=True):
            parameters[name].copy_(torch.as_tensor(value))
        return net(torch.as_tensor(x))


def listed(shapes):
    return ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items()) or "none at all"


@question("1.1", points=2, hint="V meets x first, then comes tanh, then W.")
def test_1_1_by_hand(student):
    """net_by_hand computes W tanh(V x)"""
    check.values(
        student.net_by_hand,
        like=lambda x, V, W: W @ torch.tanh(V @ x),
        inputs=together(POINTS),
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
        like=lambda x, V, W: torch.tanh(x @ V.T) @ W.T,
        inputs=together(ROWS),
        tensor=torch.tensor,
        names=["x", "V", "W"],
        call="net_on_rows(x, V, W)",
        examples=60,
    )


@question("1.3", about="Net", points=2, hint="Print list(Net().named_parameters()): there must be four.")
def test_1_3_module(student):
    """Net has two layers with tanh in between"""
    judge_net(student, MODULES, examples=40)


def judge_net(student, shapes, **options):
    found = student.run(shapes_of, student.Net)
    assert found == PARAMETERS, (
        f"The parameters of Net must be {listed(PARAMETERS)}. Yours are {listed(found)}."
    )
    names = list(PARAMETERS)
    check.values(
        lambda *args: student.run(with_parameters, student.Net, names, *args),
        like=network,
        inputs=together(shapes),
        names=NAMES,
        call="Net()(x), with V, a in linear_1 and W, b in linear_2",
        **options,
    )


@question("1.4", about="sequential", points=2, hint="Linear, Tanh, Linear, and nothing else.")
def test_1_4_sequential(student):
    """sequential is the same network"""
    judge_sequential(student, MODULES, examples=40)


def judge_sequential(student, shapes, **options):
    found = list(student.run(shapes_of, student.sequential).values())
    wanted = list(PARAMETERS.values())
    assert found == wanted, f"The parameters must have the shapes {wanted}. Yours have {found}."
    check.values(
        lambda *args: student.run(with_parameters, student.sequential, [], *args),
        like=network,
        inputs=together(shapes),
        names=NAMES,
        call="sequential()(x), with V, a in the first layer and W, b in the last",
        **options,
    )


# Part 2

LEARNING_RATE = 0.1
STAGES = (10, 10, 10, 10, 10, 50, 75, 75)
FITS = [  # shapes of x, y, V, a, W, b: n points, 2 inputs, h hidden units
    ((n, 2), (n,), (h, 2), (h,), (1, h), (1,)) for n, h in [(1, 1), (2, 1), (2, 2), (4, 3)]
]
FIT_NAMES = ["x", "y", "V", "a", "W", "b"]

rng = np.random.default_rng(12)
X = rng.normal(size=(1000, 2)).astype(np.float32)
Y = np.sum(X**2, axis=1)
X_JUDGED = rng.normal(size=(400, 2)).astype(np.float32)
Y_JUDGED = np.sum(X_JUDGED**2, axis=1)


def l2(prediction, y):
    return torch.mean((prediction - y.reshape(-1, 1)) ** 2)


def answer(state, x):
    """Runs beside the student's code: what the network of (network, optimizer) answers."""
    with torch.no_grad():
        return state[0](torch.as_tensor(x))


def continued(train, state, x, y, iterations):
    """Runs beside the student's code: some more iterations."""
    train(state[0], state[1], torch.as_tensor(x), torch.as_tensor(y), iterations)


def small_network(V, a, W, b):
    """Runs beside the student's code: a network with these parameters."""
    net = torch.nn.Sequential(
        torch.nn.Linear(V.shape[1], len(V)), torch.nn.Tanh(), torch.nn.Linear(len(V), len(b))
    ).double()
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), (V, a, W, b), strict=True):
            parameter.copy_(torch.as_tensor(value))
    return net


def losses_of(train, iterations, x, y, V, a, W, b):
    """Runs beside the student's code: the losses that train returns."""
    net = small_network(V, a, W, b)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    return train(net, optimizer, torch.as_tensor(x), torch.as_tensor(y), iterations)


def right_losses(iterations, x, y, V, a, W, b):
    with torch.enable_grad():
        p = [value.clone().requires_grad_() for value in (V, a, W, b)]
        losses = []
        for _step in range(iterations):
            loss = l2(network(x, *p), y)
            losses.append(loss.detach())
            gradients = torch.autograd.grad(loss, p)
            p = [(one - 0.05 * g).detach().requires_grad_() for one, g in zip(p, gradients, strict=True)]
    return torch.stack(losses)


@question("2.1", about="l2_loss", points=2, hint="prediction - y must have n numbers, not n times n.")
def test_2_1_l2_loss(student):
    """l2_loss is the mean of the squared differences"""
    check.loss(
        student.l2_loss,
        like=l2,
        inputs=together([((n, 1), (n,)) for n in (1, 2, 3, 5, 8)]),
        tensor=lambda x: student.run(leaf, x),
        call="l2_loss(prediction, y)",
        examples=40,
    )


@question(
    "2.2",
    about="start",
    points=2,
    needs="1.3",
    hint="The network comes first, then an optimizer of its parameters.",
)
def test_2_2_start(student):
    """the optimizer moves this network's parameters"""

    def two_steps(start, seed, learning_rate):
        net, optimizer = start(seed, learning_rate)
        ready(net, 2)
        before = [parameter.detach().clone() for parameter in net.parameters()]
        for gradient in (1.0, 2.0):
            for weight in net.parameters():
                weight.grad = torch.full_like(weight, gradient)
            optimizer.step()
        named = zip(net.named_parameters(), before, strict=True)
        return {name: (old - new.detach()).numpy() for (name, new), old in named}

    for seed, learning_rate in [(0, 0.5), (1, 0.125)]:
        moved = student.run(two_steps, student.start, seed, learning_rate)
        shapes = {name: list(array.shape) for name, array in moved.items()}
        assert shapes == PARAMETERS, (
            f"The network must be a Net, with {listed(PARAMETERS)}. Yours has {listed(shapes)}."
        )
        wanted = 3 * learning_rate
        smallest, largest = min(m.min() for m in moved.values()), max(m.max() for m in moved.values())
        assert abs(smallest - wanted) < 1e-5 > abs(largest - wanted), (
            f"With learning rate {learning_rate}, two steps with gradients 1 and 2 lower each parameter "
            f"by {wanted}. Yours are lowered by {smallest:.4g} to {largest:.4g}."
        )


@question("2.3", about="train", points=3, needs=("2.1", "2.2"), hint="Plot the losses: do they fall at once?")
def test_2_3_train(student):
    """after 250 iterations the network follows y"""
    check.converges(
        start=lambda seed: student.start(seed, LEARNING_RATE),
        advance=lambda state, iterations: student.run(continued, student.train, state, X, Y, iterations),
        predict=lambda state: student.run(answer, state, X_JUDGED),
        loss=lambda prediction: np.mean((prediction[:, 0] - Y_JUDGED) ** 2),
        shape=(len(X_JUDGED), 1),
        below=0.7 * Y_JUDGED.var(),
        stages=STAGES,
        seeded=False,
        call="train(net, optimizer, x, y, iterations)",
    )


@question("2.3", about="train", points=2, needs=("2.1", "2.2"), hint="One loss.item() for each iteration.")
def test_2_3_losses(student):
    """train returns the loss before each step"""
    for iterations in (1, 3):
        check.values(
            lambda *args, n=iterations: student.run(losses_of, student.train, n, *args),
            like=lambda *args, n=iterations: right_losses(n, *args),
            inputs=together(FITS),
            names=FIT_NAMES,
            call=f"train(net, optimizer, x, y, {iterations}), with parameters V, a, W, b and SGD, lr=0.05",
            examples=20,
        )


# Part 3


def way(path, start, curvature, steps):
    """Runs beside the student's code: the way down a bowl, and the start as it is afterwards."""
    start = torch.as_tensor(start)
    points = path(
        lambda p: torch.sum(torch.as_tensor(curvature) * p**2) / 2,
        start,
        lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        steps,
    )
    return [points, start]


def right_way(start, curvature, steps):
    places = [start]
    for _step in range(steps):
        places.append(places[-1] - 0.1 * curvature * places[-1])
    return torch.stack(places), start


@question(
    "3.1", about="path", points=2, hint="A tensor that was stored and then changes is changed in the list."
)
def test_3_1_path(student):
    """path returns each point on the way"""
    check.values(
        lambda *args: student.run(way, student.path, *args),
        like=right_way,
        inputs=st.tuples(arrays((2,)), arrays((2,), values="positive"), st.integers(0, 4)),
        names=["start", "c", "steps"],
        call="path(lambda p: torch.sum(c * p**2) / 2, start, make_optimizer, steps), start",
        examples=40,
    )


# Not all of torch.optim: an optimizer of one's own may well be a torch.optim.Optimizer.
OPTIMIZERS = tuple(f"torch.optim.{name}" for name in ("SGD", "Adam", "AdamW", "NAdam", "RMSprop"))
CROSS_ENTROPIES = (
    *(f"torch.nn.functional.{name}" for name in ("cross_entropy", "nll_loss", "log_softmax")),
    *(f"torch.nn.{name}" for name in ("CrossEntropyLoss", "NLLLoss", "LogSoftmax")),
    "torch.log_softmax",
)
SINGLE = 1e-4
"""What an optimizer remembers may be in single precision, as torch.zeros(shape) makes it."""


@question(
    "3.2",
    about="Momentum",
    points=3,
    forbidden=OPTIMIZERS,
    hint="Each parameter keeps its velocity between two steps.",
)
def test_3_2_momentum(student):
    """Momentum takes the steps of the formula"""
    check.optimizer(
        student.Momentum,
        like=torch.optim.SGD,
        hyper={"lr": (0.5, 0.125), "momentum": (0.5, 0.75)},
        rule="momentum",
        call="Momentum(parameters, lr, momentum)",
        relative=SINGLE,
    )


@question(
    "3.3",
    about="Adam",
    points=3,
    forbidden=OPTIMIZERS,
    hint="Compute the first step on paper: m̂ is g, and ŝ is g².",
)
def test_3_3_adam(student):
    """Adam takes the steps of the formula"""
    check.optimizer(
        student.Adam,
        like=lambda p, lr, beta1, beta2, eps: torch.optim.Adam(p, lr=lr, betas=(beta1, beta2), eps=eps),
        hyper={"lr": (0.5, 0.125), "beta1": (0.5, 0.75), "beta2": (0.875, 0.9375), "eps": (0.125, 0.25)},
        rule="adam",
        call="Adam(parameters, lr, beta1, beta2, eps)",
        relative=SINGLE,
    )


# Part 4

STAGES_OF_RINGS = (50, 50, 100)


def rings(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=n)
    radius = 0.5 + labels + rng.normal(scale=0.12, size=n)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points.astype(np.float32), labels


X_RINGS, LABELS = rings(300, seed=100)
X_RINGS_JUDGED, LABELS_JUDGED = rings(300, seed=101)


def cross_entropy(logits, labels):
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean()


def classified(train, loss_function, state, x, labels, iterations):
    """Runs beside the student's code: some more iterations with another loss."""
    train(state[0], state[1], torch.as_tensor(x), torch.as_tensor(labels), iterations, loss_function)


def decisions(classify, order, x):
    """Runs beside the student's code: the labels for logits that are the columns of x in another order."""
    net = torch.nn.Linear(len(order), len(order), bias=False).double()
    with torch.no_grad():
        net.weight.copy_(torch.eye(len(order))[list(order)])
    return classify(net, torch.as_tensor(x))


@question(
    "4.1",
    about="cross_entropy",
    points=2,
    forbidden=CROSS_ENTROPIES,
    hint="Get one row right first, then take the mean over rows.",
)
def test_4_1_cross_entropy(student):
    """cross_entropy is the mean of -log p[label]"""
    judge_cross_entropy(student, scale=1.0)


@question(
    "4.1",
    about="cross_entropy",
    points=1,
    forbidden=CROSS_ENTROPIES,
    hint="exp(1000) is infinite. logsumexp never computes it.",
)
def test_4_1_large_logits(student):
    """cross_entropy is right for large logits, too"""
    judge_cross_entropy(student, scale=1000.0)


def judge_cross_entropy(student, scale):
    check.loss(
        student.cross_entropy,
        like=torch.nn.functional.cross_entropy,
        inputs=classification(scale=scale),
        tensor=lambda x: student.run(leaf, x),
        names=["logits", "labels"],
        call="cross_entropy(logits, labels)",
        examples=40,
    )


@question("4.2", about="classify", points=2, hint="Where is the largest number of each row?")
def test_4_2_classify(student):
    """classify picks the label of the largest logit"""
    for order in [(1, 0), (2, 0, 1)]:
        check.values(
            lambda x, order=order: student.run(decisions, student.classify, order, x),
            like=lambda x, order=order: x[:, list(order)].argmax(dim=1),
            inputs=arrays(shapes=[(n, len(order)) for n in (1, 2, 3, 5)], distinct=True),
            call=f"classify(lambda x: x[:, {list(order)}], x)",
            examples=30,
        )


@question(
    "4.3",
    about="start_classifier",
    points=2,
    needs=("2.3", "4.1"),
    hint="Try other widths, activations and learning rates, and plot the losses.",
)
def test_4_3_classifier(student):
    """the classifier learns to tell three rings apart"""
    judge_classifier(student, X_RINGS, LABELS, X_RINGS_JUDGED, LABELS_JUDGED)


def judge_classifier(student, x, labels, x_judged, labels_judged, seeds=(0, 1, 2, 3, 4)):
    check.converges(
        start=lambda seed: student.start_classifier(seed),
        advance=lambda state, iterations: student.run(
            classified, student.train, student.cross_entropy, state, x, labels, iterations
        ),
        predict=lambda state: student.run(answer, state, x_judged),
        loss=lambda logits: cross_entropy(logits, labels_judged),
        shape=(len(x_judged), 3),
        below=0.3,
        stages=STAGES_OF_RINGS,
        seeds=seeds,
        call="train(net, optimizer, x, labels, iterations, cross_entropy)",
    )


# Part 5

STAGES_OF_CURVE = (100, 200)
X_CURVE = np.linspace(-2, 2, 100, dtype=np.float32)
X_BETWEEN = (X_CURVE[1:] + X_CURVE[:-1]) / 2


def curve(x):
    return np.cos(3 * x) - 0.4 * x


def judge_broad(student, curve, seeds=(0, 1, 2, 3, 4)):
    x, y = X_CURVE.reshape(-1, 1), curve(X_CURVE)
    x_judged, y_judged = X_BETWEEN.reshape(-1, 1), curve(X_BETWEEN)
    check.converges(
        start=lambda seed: student.start_broad(seed),
        advance=lambda state, iterations: student.run(continued, student.train, state, x, y, iterations),
        predict=lambda state: student.run(answer, state, x_judged),
        loss=lambda prediction: np.mean((prediction[:, 0] - y_judged) ** 2),
        shape=(len(x_judged), 1),
        below=0.1 * y_judged.var(),
        stages=STAGES_OF_CURVE,
        seeds=seeds,
        call="train(net, optimizer, x, y, iterations)",
    )


@question(
    "5.1",
    about="start_broad",
    points=3,
    needs="2.3",
    hint="Does the curve bend? Each hidden unit needs an activation and a bias.",
)
def test_5_1_broad(student):
    """a broad network follows a curve"""

    def sizes_of(start):
        net, _ = start(0)
        return [parameter.numel() for parameter in ready(net, 1).parameters()]

    sizes = student.run(sizes_of, student.start_broad)
    hidden = max([50, *sizes])
    assert sorted(sizes) in ([hidden] * 3, [1, *[hidden] * 3]), (
        "One input, h hidden units and one output make h weights, h biases, h weights, and one more bias if "
        f"you like, with h at least 50. Yours are {', '.join(map(str, sizes)) or 'none at all'}."
    )
    judge_broad(student, curve)


# Part 6

SPLITS = [  # shapes of x, y, V, a, W, b of training, and x, y of validation
    ((n, 2), (n,), (h, 2), (h,), (1, h), (1,), (m, 2), (m,))
    for n, h, m in [(1, 1, 1), (2, 1, 2), (3, 2, 2), (3, 4, 3)]
]


def parted(split, x, y, n_validation, seed):
    """Runs beside the student's code: the four parts."""
    return list(split(torch.as_tensor(x), torch.as_tensor(y), n_validation, seed))


def judge_split(student, n, d, n_validation, seed):
    rows = np.arange(n * d, dtype=np.float32).reshape(n, d)
    y = 1000 + np.arange(n, dtype=np.float32)
    call = f"split(x, y, {n_validation}, seed={seed}) of {n} points"
    first = [
        check.value(part, shape=shape, of=f"Part {index} of {call}")
        for index, (part, shape) in enumerate(
            zip(four(student, rows, y, n_validation, seed), shapes_of_split(n, d, n_validation), strict=True),
            start=1,
        )
    ]
    again = [student.value(part) for part in four(student, rows, y, n_validation, seed)]
    x_train, y_train, x_validation, y_validation = first
    for x_part, y_part in ((x_train, y_train), (x_validation, y_validation)):
        assert np.array_equal(x_part, rows[(y_part - 1000).astype(int) % n]), f"{call}: a point lost its y."
    assert sorted([*y_train, *y_validation]) == sorted(y), (
        f"{call}: each point must be in one of the two sets, and in one only."
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)), (
        f"{call} gives another split each time: the seed must decide."
    )
    return y_validation


def four(student, x, y, n_validation, seed):
    parts = student.run(parted, student.split, x, y, n_validation, seed)
    assert len(parts) == 4, "split must return four tensors."
    return parts


def shapes_of_split(n, d, n_validation):
    rest = n - n_validation
    return (rest, d), (rest,), (n_validation, d), (n_validation,)


@question(
    "6.1", about="split", points=2, hint="Shuffle the numbers 0 to n - 1, and use them for x and for y."
)
def test_6_1_split(student):
    """split puts random points aside, each with its y"""
    asides = [judge_split(student, 20, 2, 6, seed) for seed in (0, 1)]
    assert set(asides[0]) != set(asides[1]), "Another seed must put other points aside."


@question("6.2", about="normalise", points=2, hint="Which of the two sets may you look at?")
def test_6_2_normalise(student):
    """normalise knows the training points only"""
    check.values(
        lambda *args: student.run(scaled, student.normalise, *args),
        like=lambda a, b: (
            (a - a.mean(0)) / a.std(0, correction=0),
            (b - a.mean(0)) / a.std(0, correction=0),
        ),
        inputs=together(
            [((n, d), (m, d)) for n, m, d in [(2, 1, 1), (2, 2, 1), (3, 2, 2), (5, 3, 3)]], distinct=True
        ),
        names=["x_train", "x_validation"],
        call="normalise(x_train, x_validation)",
        examples=40,
    )


def scaled(normalise, x_train, x_validation):
    """Runs beside the student's code."""
    return list(normalise(torch.as_tensor(x_train), torch.as_tensor(x_validation)))


def evaluated(evaluate, training, x, y, V, a, W, b):
    """Runs beside the student's code: the loss of a network with dropout, in one mode or the other."""
    torch.manual_seed(0)
    layers = small_network(V, a, W, b)
    net = torch.nn.Sequential(layers[0], layers[1], torch.nn.Dropout(0.5), layers[2]).double()
    net.train(training)
    loss = evaluate(net, torch.as_tensor(x), torch.as_tensor(y))
    return [loss, float(net.training), float(net[2].training)]


@question("6.3", about="evaluate", points=2, needs="2.1", hint="net.eval(), then the loss, then back.")
def test_6_3_evaluate(student):
    """evaluate computes the loss without dropout"""
    for training in (False, True):
        check.values(
            lambda *args, mode=training: student.run(evaluated, student.evaluate, mode, *args)[0],
            like=lambda x, y, *p: l2(network(x, *p), y),
            inputs=together(FITS),
            names=FIT_NAMES,
            call=f"evaluate(net, x, y), for a network with dropout and net.training = {training}",
            examples=20,
        )


def best_of(train_best, make_optimizer, rounds, iterations, x, y, V, a, W, b, x_validation, y_validation):
    """Runs beside the student's code: the losses that were returned, and what the network then answers."""
    net = small_network(V, a, W, b)
    x_validation = torch.as_tensor(x_validation)
    losses = train_best(
        net,
        make_optimizer(net.parameters()),
        torch.as_tensor(x),
        torch.as_tensor(y),
        x_validation,
        torch.as_tensor(y_validation),
        rounds,
        iterations,
    )
    with torch.no_grad():
        return [losses, net(x_validation)]


def right_best(make_optimizer, rounds, iterations, x, y, V, a, W, b, x_validation, y_validation):
    with torch.enable_grad():
        p = [value.clone().requires_grad_() for value in (V, a, W, b)]
        optimizer = make_optimizer(p)
        predictions = [network(x_validation, *p).detach()]
        for _round in range(rounds):
            for _step in range(iterations):
                optimizer.zero_grad()
                l2(network(x, *p), y).backward()
                optimizer.step()
            predictions.append(network(x_validation, *p).detach())
    losses = torch.stack([l2(prediction, y_validation) for prediction in predictions])
    return losses, predictions[int(losses.argmin())]


def judge_best(student, make_optimizer, rounds, iterations, described, shapes, **options):
    check.values(
        lambda *args: student.run(best_of, student.train_best, make_optimizer, rounds, iterations, *args),
        like=lambda *args: right_best(make_optimizer, rounds, iterations, *args),
        inputs=together(shapes),
        names=[*FIT_NAMES, "x_validation", "y_validation"],
        call=f"train_best(net, optimizer, x, y, x_validation, y_validation, {rounds}, {iterations})\n"
        f"net(x_validation)  # with parameters V, a, W, b and {described}",
        **options,
    )


@question(
    "6.4",
    about="train_best",
    points=2,
    needs=("2.3", "6.3"),
    hint="Compare the losses that you return with that of the network afterwards.",
)
def test_6_4_best(student):
    """train_best leaves the network as it was best"""
    judge_best(
        student, lambda p: torch.optim.SGD(p, lr=0.05), 4, 2, "SGD, lr=0.05", shapes=SPLITS, examples=25
    )
