"""Public tests of assignment 03.

pytest assignments/03_line_detector              judges your notebook
pytest assignments/03_line_detector -k 2_3       judges question 2.3

Your functions are held against PyTorch's for small random arrays, and your detectors are asked about images
that they have never seen.
"""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st
from torch.nn import functional

from autograder import check, question
from autograder.checks.inputs import together
from autograder.checks.losses import leaf
from autograder.datasets import direction, draw_line, lines

FRAMEWORKS = ("torch", "scipy")
"""Excluded in Parts 1 and 2: what they do is to be built there."""

SQUARE = [(1, 1), (2, 2), (3, 3)]
STACKS = [  # shapes of images and a kernel
    ((n, k + more, k + more + wider), (k, k))
    for n, k, more, wider in [
        (1, 1, 0, 0),
        (2, 1, 1, 0),
        (1, 2, 1, 1),
        (2, 2, 1, 0),
        (3, 3, 2, 1),
        (4, 2, 2, 0),
    ]
]
ANGLES = (0, 20, 45, 70, 90, 110, 135, 160)


# Part 1


@st.composite
def places(draw):
    """An image, a kernel and a place where it fits."""
    image, kernel = draw(
        together(
            [
                ((k + a, h + b), (k, h))
                for k, h in [(1, 1), (1, 2), (2, 1), (2, 3)]
                for a, b in [(0, 0), (1, 0), (0, 1), (2, 1), (3, 3)]
            ]
        )
    )
    rows, columns = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    return image, kernel, draw(st.integers(0, rows)), draw(st.integers(0, columns))


@question(
    "1.1",
    forbidden=FRAMEWORKS,
    points=1,
    hint="image[row : row + height, column : column + width] is what lies below the kernel.",
)
def test_1_1_response(student):
    """response multiplies and sums at one place"""
    check.values(
        student.response,
        like=lambda image, kernel, row, column: torch.sum(
            image[row : row + kernel.shape[0], column : column + kernel.shape[1]] * kernel
        ),
        inputs=places(),
        names=["image", "kernel", "row", "column"],
    )


@question(
    "1.2",
    forbidden=FRAMEWORKS,
    points=2,
    needs="1.1",
    hint="How often does a kernel with 3 rows fit on an image with 3, 4, 5 rows?",
)
def test_1_2_response_map(student):
    """response_map tries all places"""
    check.convolution(student.response_map, call="response_map(image, kernel)")


@question(
    "1.3",
    forbidden=FRAMEWORKS,
    points=1,
    needs="1.1",
    hint="range(start, stop, step) gives the rows of the corners.",
)
def test_1_3_stride(student):
    """with stride 2, the kernel moves two pixels"""
    check.convolution(student.response_map_with_stride, strides=(1, 2, 3))


def best(images, kernel):
    return functional.conv2d(images[:, None], kernel[None, None]).amax(dim=(1, 2, 3))


@question(
    "1.4",
    forbidden=FRAMEWORKS,
    points=2,
    needs="1.2",
    hint="One number for each image: the maximum of its own map.",
)
def test_1_4_scores(student):
    """scores are the largest response in each image"""
    check.values(
        student.scores,
        like=best,
        inputs=together(STACKS),
        names=["images", "kernel"],
        call="scores(images, kernel)",
    )


# Part 2


def own_angle_is_best(kernel, angle, size):
    """The kernel in the middle of a long line responds most if the line has its angle."""

    def response(turn):
        line = draw_line(size, angle + turn, length=3 * size, width=1.5)
        return float(np.sum(kernel * line))

    right = response(0)
    assert right > 0.5, (
        f"line_kernel({angle}, {size}) should respond to a line at {angle}°, but gives {right:.2f}."
    )
    for turn in (-90, -60, -40, -25, 25, 40, 60, 90):
        other = (angle + turn) % 180
        assert response(turn) < 0.9 * right, (
            f"line_kernel({angle}, {size}) responds with {right:.2f} to a line at {angle}°, and with "
            f"{response(turn):.2f} to one at {other}°, which should be clearly less."
        )


def line_is_in_the_middle(kernel, angle, size):
    """Lines that pass the middle one pixel off respond alike on both sides."""
    down, right = direction(angle)
    middle = (size - 1) / 2

    def response(aside):
        center = (middle + aside * right, middle - aside * down)
        return float(np.sum(kernel * draw_line(size, angle, center=center, length=3 * size, width=1.5)))

    one, other = response(1), response(-1)
    assert abs(one - other) < 0.3 * response(0), (
        f"The line of line_kernel({angle}, {size}) should go through the middle pixel, but of lines one "
        f"pixel beside it, those on one side get {one:.2f} and those on the other {other:.2f}."
    )


def kernel_of(student, angle, size):
    return check.value(
        student.line_kernel(angle, size), shape=(size, size), of=f"line_kernel({angle}, {size})"
    )


@question(
    "2.1", forbidden=FRAMEWORKS, points=1, hint="Check y: it grows upwards, while row numbers grow downwards."
)
def test_2_1_angle(student):
    """line_kernel responds most to lines of its angle"""
    for size in (7, 5):
        for angle in ANGLES:
            kernel = kernel_of(student, angle, size)
            own_angle_is_best(kernel, angle, size)
            line_is_in_the_middle(kernel, angle, size)


@question("2.1", forbidden=FRAMEWORKS, points=1, hint="First subtract the mean, then divide.")
def test_2_1_scale(student):
    """its sum is 0, its squares add up to 1"""
    for angle in ANGLES:
        kernel = kernel_of(student, angle, 7)
        assert abs(kernel.sum()) < 1e-4, (
            f"The sum of line_kernel({angle}, 7) should be 0, but is {kernel.sum():.4g}."
        )
        squares = np.sum(kernel**2)
        assert abs(squares - 1) < 1e-4, (
            f"The squares of line_kernel({angle}, 7) should add up to 1, but add up to {squares:.4g}."
        )


@st.composite
def labelled_scores(draw):
    """Scores that belong to labels, with some overlap. The extreme ones are as they should be."""
    values, noise = draw(together([((n,), (n,)) for n in (2, 3, 4, 6, 9)], distinct=True))
    labels = (values + noise / 2 > np.median(values)).astype(np.int64)
    labels[np.argmin(values)], labels[np.argmax(values)] = 0, 1
    return values, labels


def fewest_errors(scores, labels):
    thresholds = torch.cat([scores.min()[None] - 1, scores])
    return ((scores > thresholds[:, None]) != labels).sum(dim=1).min()


@question(
    "2.2",
    about="best_threshold",
    forbidden=FRAMEWORKS,
    points=2,
    hint="Try thresholds between neighbouring scores, and count.",
)
def test_2_2_threshold(student):
    """best_threshold makes as few errors as possible"""
    check.values(
        lambda scores, labels: np.sum(
            (scores > student.value(student.best_threshold(scores, labels))) != labels
        ),
        like=fewest_errors,
        inputs=labelled_scores(),
        names=["scores", "labels"],
        call="np.sum((scores > best_threshold(scores, labels)) != labels)",
    )


def detector(student, angle, seed):
    images, labels = lines(80, angle=angle, seed=seed)
    kernel = kernel_of(student, angle, 7)
    threshold = student.best_threshold(student.scores(images, kernel), labels)
    return lambda images: student.detect(images, kernel, threshold)


@question(
    "2.3",
    about="detect",
    forbidden=FRAMEWORKS,
    points=2,
    needs=("1.4", "2.1", "2.2"),
    hint="Above the threshold means 1. Nothing else counts.",
)
def test_2_3_detect(student):
    """detect finds lines of one angle in new images"""
    images, labels = lines(250, angle=60, seed=11)
    check.accuracy(
        detector(student, 60, seed=10), images, labels, at_least=0.9, batch=50,
        call="detect(images, kernel, threshold)",
    )  # fmt: skip


# Part 3


@question(
    "3.1",
    points=1,
    hint="Images need an axis for channels; a kernel needs one for kernels and one for channels.",
)
def test_3_1_response_maps(student):
    """response_maps are those of F.conv2d"""
    check.convolution(
        student.response_maps, layout="stack", tensor=torch.tensor, names=["images", "kernel"], examples=60
    )


@question("3.2", points=1, needs="3.1", hint="Flip both axes of the kernel.")
def test_3_2_true_convolution(student):
    """true_convolution flips the kernel"""
    check.convolution(student.true_convolution, flipped=True, tensor=torch.tensor, examples=60)


def filled(net, kernel, bias):
    """Put numbers into a network; runs beside the student's code."""
    with torch.no_grad():
        net.conv.weight.copy_(torch.as_tensor(kernel)[None, None])
        net.conv.bias.fill_(float(bias))
    return net


def repeatable(by_hand, kernel, threshold):
    """Parameters that keep their random start are the same each time; runs beside the student's code."""
    torch.manual_seed(0)
    return by_hand(kernel, threshold)


def network(student, kernel, bias):
    net = student.LineDetector(len(kernel))
    student.run(filled, net, kernel, bias)
    return net


def single(x):
    return torch.tensor(x, dtype=torch.float32)


NETWORKS = together([(images, kernel, ()) for images, kernel in STACKS])


@question("3.3", points=2, hint="The maximum is over the rows and columns of each image, not over the batch.")
def test_3_3_forward(student):
    """a LineDetector gives one logit for each image"""
    check.values(
        lambda images, kernel, bias: network(student, kernel, bias)(single(images)),
        like=lambda images, kernel, bias: (best(images, kernel) + bias).float(),
        inputs=NETWORKS.map(lambda drawn: (*drawn[:2], float(drawn[2]))),
        names=["images", "kernel", "bias"],
        examples=60,
        call="detector = LineDetector(len(kernel))   # with this kernel and this bias\ndetector(images)",
    )


@question("3.4", points=2, needs="3.3", hint="Print net.conv.weight: is your kernel really in it?")
def test_3_4_by_hand(student):
    """by_hand puts kernel and threshold into a network"""
    check.values(
        lambda images, kernel, threshold: student.run(repeatable, student.by_hand, kernel, threshold)(
            single(images)
        ),
        like=lambda images, kernel, threshold: (best(images, kernel) - threshold).float(),
        inputs=NETWORKS.map(lambda drawn: (*drawn[:2], float(drawn[2]))),
        names=["images", "kernel", "threshold"],
        examples=60,
        call="by_hand(kernel, threshold)(images)",
    )


# Part 4


@st.composite
def answers(draw, scale=1.0):
    """Logits and labels."""
    logits, raw = draw(together([((n,), (n,)) for n in (1, 2, 3, 5)]))
    return logits * scale, (raw > 0).astype(np.float64)


def cross_entropy(student, scale):
    check.loss(
        student.loss,
        like=functional.binary_cross_entropy_with_logits,
        inputs=answers(scale),
        tensor=lambda x: student.run(leaf, x),
        names=("logits", "labels"),
        examples=40,
        call="loss(logits, labels)",
    )


@question("4.1", points=1, hint="The loss of a logit 0 is log 2, whatever the label.")
def test_4_1_loss(student):
    """loss is the mean cross-entropy of yes and no"""
    cross_entropy(student, 1.0)


def problem(number):
    """Two batches of images and labels, a kernel and a bias, all different from each other."""
    rng = np.random.default_rng(number)
    return (
        rng.normal(size=(2, 4, 5, 5)).round(2),
        rng.integers(0, 2, size=(2, 4)).astype(np.float64),
        rng.normal(size=(2, 2)).round(2),
        round(float(rng.normal()), 2),
    )


def optimizer_for(net, name, rate):
    net.double()
    return getattr(torch.optim, name)(net.parameters(), lr=rate)


def two_steps(student, name, rate):
    def student_steps(images, labels, kernel, bias):
        net = network(student, kernel, bias)
        optimizer = student.run(optimizer_for, net, name, rate)
        for x, y in zip(images, labels, strict=True):
            student.train_step(net, optimizer, torch.tensor(x), torch.tensor(y))
        return net.conv.weight, net.conv.bias

    def right_steps(images, labels, kernel, bias):
        with torch.enable_grad():
            weight = kernel.float().double()[None, None].requires_grad_()  # rounded as by the layer
            offset = torch.tensor([bias]).double().requires_grad_()
            optimizer = getattr(torch.optim, name)([weight, offset], lr=rate)
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
        examples=12,
        call="train_step(net, optimizer, images[0], labels[0])\n"
        "train_step(net, optimizer, images[1], labels[1])\nnet.conv.weight, net.conv.bias",
    )


@question(
    "4.2",
    about="train_step",
    points=2,
    needs=("3.3", "4.1"),
    hint="zero_grad, backward, step: each once, and in a sensible order.",
)
def test_4_2_train_step(student):
    """train_step goes downhill, one step at a time"""
    two_steps(student, "SGD", 0.5)


def logits_of(net, images):
    """What a network says of images; runs beside the student's code."""
    with torch.no_grad():
        return net(torch.as_tensor(images)).numpy()


def cost(labels):
    """The loss of logits, computed here: the labels do not leave the grader."""
    signs = np.where(labels == 1, 1.0, -1.0)
    return lambda logits: np.mean(np.logaddexp(0, -signs * logits))


def kernel_in(net):
    """The kernel of a network; runs beside the student's code."""
    return net.conv.weight.detach().numpy()


def trained_twice(student):
    """The kernels of two trainings with the same arguments."""
    images, labels = lines(300, angle=45, seed=22)
    nets = [student.train(images, labels, 3, 5) for _ in range(2)]
    of = "The kernel of train(images, labels, seed, steps)"
    return [check.value(student.run(kernel_in, net), shape=(1, 1, 7, 7), of=of) for net in nets]


def trained(student, angle, seed, seeds):
    """Training reaches a low loss for most seeds, and what it ends with is right on new images."""
    images, labels = lines(300, angle=angle, seed=seed)
    new_images, new_labels = lines(400, angle=angle, seed=seed + 1)
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
        loss=cost(new_labels),
        shape=(len(new_images),),
        below=0.35,
        stages=(200,),
        seeds=seeds,
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
    "4.3",
    points=3,
    needs=("3.3", "4.1", "4.2"),
    hint="Does the loss fall? Print it every 50 steps, and then look at the kernel.",
)
def test_4_3_train(student):
    """train finds a kernel that works on new images"""
    first, second = trained_twice(student)
    assert np.allclose(first, second, rtol=0, atol=1e-4), (
        "Two trainings with the same images, labels, seed and steps end with different kernels. "
        "Do all random numbers, those of the batches too, follow from the seed?"
    )
    trained(student, 120, seed=20, seeds=(0, 1, 2))


@question(
    "4.4",
    about="probability",
    points=1,
    needs="3.3",
    hint="The network gives logits. Apply the sigmoid once.",
)
def test_4_4_probability(student):
    """probability is between 0 and 1, one per image"""
    check.values(
        lambda images, kernel, bias: student.probability(
            network(student, kernel, bias), images.astype(np.float32)
        ),
        like=lambda images, kernel, bias: torch.sigmoid(best(images, kernel) + bias).float(),
        inputs=NETWORKS.map(lambda drawn: (*drawn[:2], float(drawn[2]))),
        names=["images", "kernel", "bias"],
        examples=40,
        call="detector = LineDetector(len(kernel))   # with this kernel and this bias\n"
        "probability(detector, images)",
    )


def correlation(one, other):
    first, second = (kernel - kernel.mean() for kernel in (one, other))
    return (first * second).sum() / (first.square().sum() * second.square().sum()).sqrt()


@question("4.5", points=1, hint="Each kernel loses its own mean before anything else.")
def test_4_5_similarity(student):
    """similarity is the correlation of two kernels"""
    check.values(
        student.similarity,
        like=correlation,
        inputs=together([((k, k), (k, k)) for k in (2, 3, 5)], distinct=True),
        names=["one", "other"],
    )
