"""Hidden tests of assignment 03: other sizes, angles and seeds, larger numbers, another optimizer."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st
from torch.nn import functional

from autograder import check, question
from autograder.checks.inputs import together
from autograder.checks.losses import leaf
from autograder.datasets import draw_line, lines

FRAMEWORKS = ("torch", "scipy")
"""Excluded in Parts 1 and 2."""

SECRET = 0x6B42DC322918008AB2D26FC9B8D49C92
"""Part of the seeds of hidden images: without it a notebook could try seeds, and draw the images with their labels."""

LARGE = [(2, 5), (5, 2), (4, 4), (1, 1), (7, 7)]
STACKS = [  # shapes of images and a kernel
    ((n, k + more, k + more + wider), (k, k))
    for n, k, more, wider in [(1, 1, 0, 0), (5, 2, 0, 3), (3, 3, 3, 0), (2, 5, 1, 2), (1, 3, 0, 0)]
]
ANGLES = (10, 35, 60, 80, 100, 125, 150, 170)


@question("1.1", forbidden=FRAMEWORKS, points=1, hint="The kernel does not have to be square.")
def test_1_1_any_shape(student):
    """response works for kernels of any shape"""
    shapes = [((h + 2, w + 3), (h, w)) for h, w in LARGE]
    for row, column in [(0, 0), (2, 3), (1, 2), (2, 0)]:
        check.values(
            lambda image, kernel, row=row, column=column: student.response(image, kernel, row, column),
            like=lambda image, kernel, row=row, column=column: functional.conv2d(
                image[None, None], kernel[None, None]
            )[0, 0, row, column],
            inputs=together(shapes),
            names=["image", "kernel"],
            examples=15,
            seed=1,
            call=f"response(image, kernel, {row}, {column})",
        )


@question("1.2", forbidden=FRAMEWORKS, points=1, needs="1.1", hint="Rows and columns are counted separately.")
def test_1_2_any_shape(student):
    """response_map works for any shapes"""
    check.convolution(student.response_map, kernels=LARGE, seed=1, call="response_map(image, kernel)")


@question(
    "1.3", forbidden=FRAMEWORKS, points=1, needs="1.1", hint="The last corner is the last one at which the kernel still fits."
)
def test_1_3_larger_strides(student):
    """strides may be larger than the kernel"""
    check.convolution(student.response_map_with_stride, kernels=LARGE[:4], strides=(1, 3, 4, 6), seed=1)


def best(images, kernel):
    return functional.conv2d(images[:, None], kernel[None, None]).amax(dim=(1, 2, 3))


@question("1.4", forbidden=FRAMEWORKS, points=1, needs="1.2", hint="The maximum may be negative.")
def test_1_4_negative_scores(student):
    """scores may be negative"""
    for sign in (1.0, -1.0):
        check.values(
            lambda images, kernel, sign=sign: student.scores(images, sign * np.abs(kernel)),
            like=lambda images, kernel, sign=sign: best(images, sign * kernel.abs()),
            inputs=together(STACKS, values=("positive", "any")),
            names=["images", "kernel"],
            examples=40,
            seed=1,
            call=f"scores(images, {'-' if sign < 0 else ''}np.abs(kernel))",
        )


def kernel_of(student, angle, size):
    return check.value(
        student.line_kernel(angle, size), shape=(size, size), of=f"line_kernel({angle}, {size})"
    )


@question("2.1", forbidden=FRAMEWORKS, points=2, hint="Any angle, also beyond 90, and any odd size.")
def test_2_1_kernels(student):
    """line_kernel works for other angles and sizes"""
    for size in (5, 7, 9):
        for angle in ANGLES:
            kernel = kernel_of(student, angle, size)
            answers = {
                turn: float(np.sum(kernel * draw_line(size, angle + turn, length=3 * size, width=1.5)))
                for turn in (0, -75, -50, -30, 30, 50, 75, 90)
            }
            right = answers.pop(0)
            assert right > 0.5 and max(answers.values()) < 0.9 * right, (  # noqa: PT018 - one statement
                f"line_kernel({angle}, {size}) should respond most to lines at {angle}°."
            )
            assert abs(kernel.sum()) < 1e-4 > abs(np.sum(kernel**2) - 1), (
                f"line_kernel({angle}, {size}) should have sum 0 and sum of squares 1."
            )


@st.composite
def many_scores(draw):
    """More scores, some of them equal."""
    values, noise = draw(together([((n,), (n,)) for n in (4, 8, 16, 24)]))
    labels = (values + noise > np.median(values)).astype(np.int64)
    labels[values == values.min()], labels[values == values.max()] = 0, 1
    return values, labels


def fewest_errors(scores, labels):
    thresholds = torch.cat([scores.min()[None] - 1, scores])
    return ((scores > thresholds[:, None]) != labels).sum(dim=1).min()


@question(
    "2.2",
    about="best_threshold",
    forbidden=FRAMEWORKS, points=1,
    hint="Labels need not be half ones, and the threshold may be negative.",
)
def test_2_2_more_scores(student):
    """best_threshold is best for many scores, too"""
    check.values(
        lambda scores, labels: np.sum(
            (scores > student.value(student.best_threshold(scores, labels))) != labels
        ),
        like=fewest_errors,
        inputs=many_scores().filter(lambda drawn: len(np.unique(drawn[0])) > 1),
        names=["scores", "labels"],
        seed=1,
        call="np.sum((scores > best_threshold(scores, labels)) != labels)",
    )


@question(
    "2.3",
    about="detect",
    forbidden=FRAMEWORKS, points=1,
    needs=("1.4", "2.1", "2.2"),
    hint="Above the threshold means 1. Nothing else counts.",
)
def test_2_3_another_angle(student):
    """detect works for another angle"""
    train_images, train_labels = lines(80, angle=120, seed=30)
    images, labels = lines(250, angle=120, seed=[31, SECRET])
    kernel = kernel_of(student, 120, 7)
    threshold = student.best_threshold(student.scores(train_images, kernel), train_labels)
    check.accuracy(
        lambda x: student.detect(x, kernel, threshold),
        images,
        labels,
        at_least=0.9,
        batch=50,
        public=(train_images, train_labels),
        call="detect(images, kernel, threshold)",
    )
    three, one = np.array([[[1.0]], [[2.0]], [[3.0]]]), np.array([[1.0]])
    found = np.asarray(student.detect(three, one, 2.0)).astype(int).tolist()
    assert found == [0, 0, 1], "Only what is above the threshold is 1, not what is equal to it."


@question("3.1", points=1, hint="One map for each image, also if there is only one image.")
def test_3_1_any_shape(student):
    """response_maps work for any shapes"""
    check.convolution(
        student.response_maps, layout="stack", tensor=torch.tensor, kernels=LARGE, examples=40, seed=1
    )


@question("3.2", points=1, needs="3.1", hint="Both axes are flipped, not swapped.")
def test_3_2_any_shape(student):
    """true_convolution works for any shapes"""
    check.convolution(
        student.true_convolution, flipped=True, tensor=torch.tensor, kernels=LARGE, examples=40, seed=1
    )


def filled(net, kernel, bias):
    """Put numbers into a network; runs beside the student's code."""
    with torch.no_grad():
        net.conv.weight[0, 0] = torch.as_tensor(kernel)
        net.conv.bias[:] = float(bias)
    return net


def network(student, kernel, bias):
    net = student.LineDetector(len(kernel))
    student.run(filled, net, kernel, bias)
    return net


def single(x):
    return torch.tensor(x, dtype=torch.float32)


NETWORKS = together([(images, kernel, ()) for images, kernel in STACKS]).map(
    lambda drawn: (*drawn[:2], float(drawn[2]))
)


@question("3.3", points=1, hint="Use the layer self.conv, and nothing beside it.")
def test_3_3_other_sizes(student):
    """a LineDetector works for other sizes"""
    check.values(
        lambda images, kernel, bias: network(student, kernel, bias)(single(images)),
        like=lambda images, kernel, bias: (best(images, kernel) + bias).float(),
        inputs=NETWORKS,
        names=["images", "kernel", "bias"],
        examples=40,
        seed=1,
        call="net = LineDetector(len(kernel))   # with this kernel and this bias\nnet(images)",
    )


def parameters(net):
    """Names and shapes; runs beside the student's code."""
    return [[name, list(p.shape), p.requires_grad] for name, p in net.named_parameters()]


@question(
    "3.4", points=1, needs="3.3", hint="Change the numbers in the layer's own parameters; make no new ones."
)
def test_3_4_parameters(student):
    """by_hand leaves a network that could learn"""
    found = student.run(parameters, student.by_hand(np.eye(5) / 4, 2.0))
    expected = [["conv.bias", [1], True], ["conv.weight", [1, 1, 5, 5], True]]
    assert sorted(found) == expected, (
        f"The parameters of by_hand(kernel, threshold) should be conv.weight and conv.bias, of their usual "
        f"shapes and with a gradient; yours are {found}."
    )


@st.composite
def large_answers(draw):
    """Logits up to some hundreds, and labels."""
    logits, raw = draw(together([((n,), (n,)) for n in (1, 2, 3, 5)]))
    return logits * 200, (raw > 0).astype(np.float64)


@question("4.1", points=1, hint="F.binary_cross_entropy_with_logits starts from logits.")
def test_4_1_large_logits(student):
    """loss is right for large logits"""
    check.loss(
        student.loss,
        like=functional.binary_cross_entropy_with_logits,
        inputs=large_answers(),
        tensor=lambda x: student.run(leaf, x),
        names=("logits", "labels"),
        examples=20,
        seed=1,
        call="loss(logits, labels)",
    )


def adam_for(net):
    """An optimizer that remembers; runs beside the student's code."""
    net.double()
    return torch.optim.Adam(net.parameters(), lr=0.05)


def problem(number):
    """Three batches of images and labels, a kernel and a bias, all different from each other."""
    rng = np.random.default_rng(100 + number)
    return (
        rng.normal(size=(3, 3, 4, 6)).round(2),
        rng.integers(0, 2, size=(3, 3)).astype(np.float64),
        rng.normal(size=(3, 3)).round(2),
        round(float(rng.normal()), 2),
    )


@question(
    "4.2",
    about="train_step",
    points=1,
    needs=("3.3", "4.1"),
    hint="One call of optimizer.step() for each train_step.",
)
def test_4_2_adam(student):
    """train_step works with Adam, too"""

    def student_steps(images, labels, kernel, bias):
        net = network(student, kernel, bias)
        optimizer = student.run(adam_for, net)
        for x, y in zip(images, labels, strict=True):
            student.train_step(net, optimizer, torch.tensor(x), torch.tensor(y))
        return net.conv.weight, net.conv.bias

    def right_steps(images, labels, kernel, bias):
        with torch.enable_grad():
            weight = kernel.float().double()[None, None].requires_grad_()  # rounded as by the layer
            offset = torch.tensor([bias]).double().requires_grad_()
            optimizer = torch.optim.Adam([weight, offset], lr=0.05)
            for x, y in zip(images, labels, strict=True):
                optimizer.zero_grad()
                logits = functional.conv2d(x[:, None], weight, offset).amax(dim=(1, 2, 3))
                functional.binary_cross_entropy_with_logits(logits, y).backward()
                optimizer.step()
        return weight, offset

    check.values(
        student_steps,
        like=right_steps,
        inputs=st.integers(0, 20).map(problem),
        names=["images", "labels", "kernel", "bias"],
        examples=8,
        seed=1,
        call="train_step(net, optimizer, images[i], labels[i])   # for i = 0, 1, 2, with Adam\n"
        "net.conv.weight, net.conv.bias",
    )


def logits_of(net, images):
    """What a network says of images; runs beside the student's code."""
    with torch.no_grad():
        return net(torch.as_tensor(images)).numpy()


@question(
    "4.3", points=2, needs=("3.3", "4.1", "4.2"), hint="Nothing but the arguments may decide what is learned."
)
def test_4_3_another_angle(student):
    """train works for another angle"""
    images, labels = lines(300, angle=60, seed=40)
    new_images, new_labels = lines(400, angle=60, seed=[41, SECRET])
    signs = np.where(new_labels == 1, 1.0, -1.0)
    nets = {}

    def start(number):
        nets[number] = student.train(images, labels, number, 0)
        return number

    def advance(number, steps):
        nets[number] = student.train(images, labels, number, steps)

    check.converges(
        start=start,
        advance=advance,
        predict=lambda number: student.run(logits_of, nets[number], new_images),
        loss=lambda logits: np.mean(np.logaddexp(0, -signs * logits)),
        shape=(len(new_images),),
        below=0.35,
        stages=(200,),
        seeds=(7, 8, 9),
        call="train(images, labels, seed, 200)",
    )
    net = list(nets.values())[-1]
    check.accuracy(
        lambda x: student.run(logits_of, net, x),
        new_images,
        new_labels,
        at_least=0.85,
        answers="logit",
        public=(images, labels),
        call="train(images, labels, seed, 200)(new_images)",
    )


@question(
    "4.4", about="probability", points=1, needs="3.3", hint="A plain array, without a way back for gradients."
)
def test_4_4_probabilities_of_lines(student):
    """probability tells lines apart"""
    images, labels = lines(300, angle=45, seed=[50, SECRET])
    theta = np.radians(45)
    steps = np.arange(7) - 3
    kernel = np.exp(-((steps * np.sin(theta) + steps[:, None] * np.cos(theta)) ** 2))
    kernel = (kernel - kernel.mean()) / np.linalg.norm(kernel - kernel.mean())
    found = functional.conv2d(torch.tensor(images)[:, None], single(kernel)[None, None]).amax(dim=(1, 2, 3))
    net = network(student, kernel, -float(np.median(found)))
    check.accuracy(
        lambda x: student.probability(net, x),
        images,
        labels,
        at_least=0.85,
        answers="probability",
        call="probability(net, images)",
    )


@question("4.5", points=1, hint="The size of a kernel must not matter, nor a number added to all of it.")
def test_4_5_scale_and_offset(student):
    """similarity does not depend on size and offset"""
    check.values(
        lambda one, other: student.similarity(3 * one + 2, 0.5 * other - 1),
        like=lambda one, other: torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1],
        inputs=together([((k, k), (k, k)) for k in (2, 3, 4)], distinct=True),
        names=["one", "other"],
        seed=1,
        call="similarity(3 * one + 2, 0.5 * other - 1)",
    )
