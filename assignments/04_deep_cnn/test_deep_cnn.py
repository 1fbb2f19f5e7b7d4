"""Public tests of assignment 04.

pytest assignments/04_deep_cnn              judges your notebook, and weights.safetensors beside it
pytest assignments/04_deep_cnn -k 2_3       judges question 2.3

What your code computes is held against PyTorch's own layers and losses.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from autograder import check, question
from autograder.checks import network_probe as probe
from autograder.checks.calling import beside
from autograder.checks.inputs import arrays, together
from autograder.checks.twins import output_of, twins
from autograder.datasets import angles

SHAPE = (1, 128, 128)
LAYERS = [
    (("conv", 1, 32, 7), (1, 128, 128), (32, 122, 122), 1600),
    (("norm", 32), (32, 122, 122), (32, 122, 122), 64),
    (("relu",), (32, 122, 122), (32, 122, 122), 0),
    (("pool", 3), (32, 122, 122), (32, 40, 40), 0),
    (("conv", 32, 3, 3), (32, 38, 38), (3, 36, 36), 867),
    (("flatten",), (3, 12, 12), (432,), 0),
    (("linear", 432, 20), (432,), (20,), 8660),
    (("sigmoid",), (1,), (1,), 0),
]
IMAGES = {(2, 1, 1, 2), (1, 1, 2, 2), (2, 2, 1, 1), (1, 2, 2, 3), (3, 2, 2, 1), (2, 3, 2, 2)}
"""Shapes of batches, in which each channel has at least two values."""
CONVOLUTIONS = [  # n images, c channels, o kernels of size k
    ((n, c, h, w), (o, c, k, k), (o,))
    for n, c, o, k, h, w in [
        (1, 1, 1, 1, 1, 1), (1, 1, 1, 2, 2, 2), (1, 1, 1, 2, 3, 2), (1, 2, 1, 1, 1, 2), (1, 1, 2, 2, 2, 3),
        (2, 2, 3, 2, 4, 3), (1, 3, 2, 3, 4, 5), (2, 1, 2, 3, 3, 4),
    ]
]  # fmt: skip


LECTURE = (
    ("Conv2d", 1, 32, 7), ("BatchNorm2d", 32), ("ReLU",), ("MaxPool2d", 3),
    ("Conv2d", 32, 32, 3), ("BatchNorm2d", 32), ("ReLU",), ("Conv2d", 32, 3, 3), ("MaxPool2d", 3),
    ("Flatten",), ("Linear", 432, 20), ("ReLU",), ("Linear", 20, 1), ("Sigmoid",),
)  # fmt: skip


def lecture_network():
    return nn.Sequential(*(getattr(nn, layer)(*settings) for layer, *settings in LECTURE))


LAYERS_OF_TORCH = ("torch.nn", "torch.conv2d", "torch.max_pool2d", "torch.batch_norm")
"""Excluded in Part 1: what they do is to be built there."""


def tensor(array):
    return torch.from_numpy(array)


def pictures(count, seed):
    return angles(count, seed=seed)[0]


# Part 1


@question(
    "1.1",
    forbidden=LAYERS_OF_TORCH,
    points=2,
    hint="Which piece of the image does the number at (i, j) of the kernel meet?",
)
def test_1_1_conv(student):
    """conv sums over the kernel and all channels"""
    check.values(
        student.conv,
        like=F.conv2d,
        inputs=together(CONVOLUTIONS),
        tensor=torch.tensor,
        names=["images", "weight", "bias"],
        call="conv(images, weight, bias)",
    )


@question(
    "1.2",
    forbidden=LAYERS_OF_TORCH,
    points=1,
    hint="Cut off what fills no block, then reshape: one axis for the block, one in it.",
)
def test_1_2_max_pool(student):
    """max_pool keeps the largest of each block"""
    for k in (1, 2, 3):
        check.values(
            lambda images, k=k: student.max_pool(images, k),
            like=lambda images, k=k: F.max_pool2d(images, k),
            inputs=arrays(shapes=[(1, 1, 3, 3), (1, 1, 3, 4), (1, 2, 4, 3), (2, 1, 6, 5)], max_dims=4),
            tensor=torch.tensor,
            examples=30,
            names=["images"],
            call=f"max_pool(images, {k})",
        )


def normalised(x, scale, shift):
    return F.batch_norm(x, None, None, scale, shift, training=True)


def batches(*others, small=1.0):
    """Batches with several values in each channel, and arrays with one number for each channel."""
    drawn = together(
        [(shape, *((shape[1],) for _ in others)) for shape in sorted(IMAGES, key=np.prod)],
        values=["any", *others],
    )
    return drawn.map(lambda args: (small * args[0], *args[1:]))


@question(
    "1.3", forbidden=LAYERS_OF_TORCH, points=2, hint="One mean for each channel: over the axes 0, 2 and 3."
)
def test_1_3_batch_norm(student):
    """batch_norm gives each channel mean 0, variance 1"""
    for small in (1.0, 0.01):
        check.values(
            student.batch_norm,
            like=normalised,
            inputs=batches("any", "any", small=small),
            tensor=torch.tensor,
            examples=40,
            names=["x", "scale", "shift"],
            call="batch_norm(x, scale, shift)",
        )


def remembered(mean, variance, x):
    mean, variance = mean.clone(), variance.clone()
    F.batch_norm(x, mean, variance, training=True)
    return mean, variance


@question(
    "1.4",
    forbidden=LAYERS_OF_TORCH,
    points=1,
    hint="A tenth of the way to the new value: 0.9 of the old, 0.1 of the new.",
)
def test_1_4_update_running(student):
    """update_running moves by a tenth of the way"""
    check.values(
        lambda x, mean, variance: student.update_running(mean, variance, x),
        like=lambda x, mean, variance: remembered(mean, variance, x),
        inputs=batches("any", "positive"),
        tensor=torch.tensor,
        examples=60,
        names=["x", "running_mean", "running_variance"],
        call="update_running(running_mean, running_variance, x)",
    )


def in_use(x, scale, shift, mean, variance):
    return F.batch_norm(x, mean, variance, scale, shift, training=False)


@question(
    "1.5", forbidden=LAYERS_OF_TORCH, points=1, hint="Nothing is computed from x itself but the result."
)
def test_1_5_batch_norm_in_use(student):
    """batch_norm_in_use goes by what was remembered"""
    check.values(
        student.batch_norm_in_use,
        like=in_use,
        inputs=batches("any", "any", "any", "positive"),
        tensor=torch.tensor,
        examples=60,
        names=["x", "scale", "shift", "running_mean", "running_variance"],
        call="batch_norm_in_use(x, scale, shift, running_mean, running_variance)",
    )


# Part 2


def judge_shapes(student, cases):
    for layer, before, after, _ in cases:
        answer = student.shape_after(layer, before)
        found = tuple(check.value(answer, shape=(len(after),), of=f"shape_after({layer}, {before})").tolist())
        assert found == after, f"shape_after({layer}, {before}) is {found}; it should be {after}."


def judge_counts(student, cases):
    for layer, _, _, count in cases:
        found = int(check.value(student.count_parameters(layer), shape=(), of=f"count_parameters({layer})"))
        assert found == count, f"count_parameters({layer}) is {found}; it should be {count}."


@question("2.1", points=2, hint="In how many places does a kernel of size 2 fit on 3 pixels?")
def test_2_1_shape_after(student):
    """shape_after knows the lecture's layers"""
    judge_shapes(student, LAYERS)


@question("2.2", points=1, hint="Each output has a bias. A norm has two numbers for each channel.")
def test_2_2_count_parameters(student):
    """count_parameters knows the lecture's layers"""
    judge_counts(student, LAYERS)


@question("2.3", points=5, hint="Go through the table that you printed, line by line.")
def test_2_3_make_network(student):
    """make_network builds the network of the lecture"""
    check.architecture(student.make_network, like=lecture_network, shape=SHAPE)


def use(network):
    """As it is after training."""
    network.train()


@question("2.4", points=2, needs="2.3", hint="In which mode is the network? On which axis are the images?")
def test_2_4_predict(student):
    """predict asks a network in evaluation mode"""
    images = pictures(5, seed=240)
    network, right = twins(student.make_network, lecture_network, images)
    beside(network, probe.run)(network, images, True)  # leaves it in training mode, with new statistics
    output_of(right, images, training=True)
    judge_predictions(student, network, right, images)


def judge_predictions(student, network, right, images):
    call = "predict(network, images, device)"
    found = check.value(student.predict(network, tensor(images), "cpu"), shape=(len(images),), of=call)
    expected = output_of(right, images, training=False)[:, 0]
    in_training = copy.deepcopy(nn.Sequential(*right)).train()(tensor(images)).detach().numpy()[:, 0]
    assert not np.allclose(found, in_training, atol=1e-4) or np.allclose(found, expected, atol=1e-4), (
        f"{call} uses the network in training mode: its answers depend on the other images."
    )
    assert np.allclose(found, expected, atol=1e-4), (
        f"{call} gives {found[0]:.4f} for the first image; the network's output is {expected[0]:.4f}."
    )


# Part 3


@question("3.1", points=2, hint="Look at the shape of everything: is there an n × n table?")
def test_3_1_bce(student):
    """bce is the cross-entropy of yes and no"""
    rng = np.random.default_rng(31)
    for n in (1, 2, 5):
        judge_bce(student, rng.uniform(0.05, 0.95, size=(n, 1)), rng.integers(0, 2, size=n))


def judge_bce(student, p, y):
    p = p.astype(np.float32)
    expected = F.binary_cross_entropy(tensor(p), tensor(y[:, None].astype(np.float32))).item()
    found = check.value(student.bce(tensor(p), tensor(y)), shape=(), of="bce(p, y)")
    assert np.isclose(found, expected, rtol=1e-4, atol=1e-6), (
        f"bce(p, y) is {found:.4f} for p = {np.round(p, 3).tolist()} and y = {y.tolist()}; "
        f"it should be {expected:.4f}."
    )


RATE = 0.002


def sgd(network, learning_rate):
    return torch.optim.SGD(network.parameters(), lr=learning_rate)


def in_evaluation_mode(network):
    network.eval()


def reference_losses(right, data, *, training=True, zero_grad=True, step=True):
    """Losses of right training steps, or of steps with one mistake. The network is changed."""
    optimizer = sgd(right, RATE)
    losses = []
    for images, labels in data:
        right.train(training)
        loss = F.binary_cross_entropy(right(tensor(images))[:, 0], tensor(labels).float())
        if zero_grad:
            optimizer.zero_grad()
        loss.backward()
        if step:
            optimizer.step()
        losses.append(loss.item())
    return losses


MISTAKES = [
    ({"training": False}, "the network is in evaluation mode while it is trained"),
    ({"zero_grad": False}, "the gradients of earlier steps are still there: they are not set to zero"),
    ({"step": False}, "the parameters do not change: the optimizer makes no step"),
]


@question(
    "3.2",
    points=3,
    needs=("2.3", "3.1"),
    hint="Mode, predict, loss, zero_grad, backward, step: all there, in order?",
)
def test_3_2_train_step(student):
    """train_step makes one step of the optimizer"""
    data = [angles(4, seed=320 + i) for i in range(3)]
    network, right = twins(student.make_network, lecture_network, data[0][0], training=True)
    beside(network, in_evaluation_mode)(network)
    optimizer = beside(network, sgd)(network, RATE)
    found = []
    for images, labels in data:
        answer = student.train_step(network, optimizer, tensor(images), tensor(labels), "cpu")
        found.append(float(check.value(answer, shape=(), of="train_step(...)")))
    expected = reference_losses(right, data)
    shown = ", ".join(f"{loss:.4f}" for loss in found), ", ".join(f"{loss:.4f}" for loss in expected)
    for mistake, sentence in MISTAKES:
        _, other = fresh_twin(data[0][0])
        if np.allclose(found, reference_losses(other, data, **mistake), rtol=1e-3):
            raise AssertionError(f"In train_step, {sentence}. Three steps: {shown[0]}; right: {shown[1]}.")
    assert np.allclose(found, expected, rtol=1e-3), (
        f"Three steps with SGD return the losses {shown[0]}; they should be {shown[1]}."
    )
    after = beside(network, probe.run)(network, data[0][0], False)["output"]
    assert np.allclose(after, output_of(right, data[0][0], training=False), atol=1e-3), (
        "train_step returns the right losses, but the network is not what it should be after three steps."
    )


def fresh_twin(images):
    return twins(lecture_network, lecture_network, images, training=True)


def seeded(make, seed):
    torch.manual_seed(seed)
    return make()


def train_a_while(train, network, steps, seed):
    """Easy images, drawn where they are needed: what is trained on is no secret."""

    def easy():
        for number in range(steps):
            images, labels = angles(8, seed=[seed, number], others=["nothing"])
            yield torch.from_numpy(images), torch.from_numpy(labels)

    return train(network, easy(), "cpu")


@question("3.3", about="train", points=2, needs="3.2", hint="Does the loss in your own figure fall?")
def test_3_3_train(student):
    """train teaches a network to see an angle"""
    images, labels = angles(64, seed=330, others=["nothing"])

    def loss(p):
        p = np.clip(p[:, 0], 1e-7, 1 - 1e-7)
        return float(-np.mean(np.where(labels == 1, np.log(p), np.log(1 - p))))

    make, train = student.make_network, student.train
    seeds = {}

    def start(seed):
        network = beside(make, seeded)(make, seed)
        seeds[id(network)] = seed
        return network

    check.converges(
        start=start,
        advance=lambda network, steps: beside(train, train_a_while)(
            train, network, steps, seeds[id(network)]
        ),
        # With the statistics of this batch: those that evaluation goes by lag behind in so short a training.
        predict=lambda network: beside(network, probe.run)(network, images, True)["output"],
        loss=loss,
        shape=(64, 1),
        below=0.35,
        stages=(40,),
        seeds=(0, 1, 2),
        seeded=False,
        call="train(network, batches, device)",
    )


ASKED = 0.84
"""Of 600 images, 525 (87.5 %) pass. Of 1000, 867 (86.7 %) pass and 812 (81.2 %) fail."""


def judge_weights(student, weights, count, seed):
    images, labels = angles(count, seed=seed)
    network = student.make_network()
    check.load_weights(network, weights)
    check.accuracy(
        lambda x: student.predict(network, tensor(x), "cpu"),
        images,
        labels,
        at_least=ASKED,
        answers="probability",
        call="predict(network, images, device)",
    )


@question("3.4", points=3, needs=("2.3", "2.4"), about="make_weights", hint="Was it trained long enough?")
def test_3_4_weights(student, weights):
    """the trained network finds angles"""
    judge_weights(student, weights, 600, seed=340)


# Part 4


@question("4.1", points=2, needs="2.3", hint="After relu, before max pooling; and in which mode?")
def test_4_1_feature_maps(student):
    """feature_maps shows what leaves the first relu"""
    images = pictures(2, seed=410)
    network, right = twins(student.make_network, lecture_network, images)
    judge_maps(student, network, right, images)


def judge_maps(student, network, right, images):
    call = "feature_maps(network, images)"
    found = check.value(
        student.feature_maps(network, tensor(images)), shape=(len(images), 32, 122, 122), of=call
    )
    expected = output_of(right[:3], images, training=False)
    before = output_of(right[:2], images, training=False)
    assert not np.allclose(found, before, atol=1e-3), (
        f"{call} shows what goes into the relu, not what leaves it."
    )
    assert np.allclose(found, expected, atol=1e-3), f"{call} gives numbers that do not leave the first relu."


@question("4.2", points=2, needs="2.3", hint="Of what is it the gradient, and with respect to what?")
def test_4_2_saliency(student):
    """saliency is |d output / d pixel|"""
    images = pictures(2, seed=420)
    network, right = twins(student.make_network, lecture_network, images)
    judge_saliency(student, network, right, images[0])


def right_saliency(right, image):
    x = tensor(image[None]).requires_grad_()
    right.eval()(x).sum().backward()
    return x.grad[0, 0].numpy()


def judge_saliency(student, network, right, image):
    call = "saliency(network, image)"
    found = check.value(student.saliency(network, tensor(image)), shape=(128, 128), of=call)
    gradient = right_saliency(right, image)
    near = 1e-3 * np.abs(gradient).max()
    assert not np.allclose(found, gradient, atol=near), (
        f"{call} gives the gradient itself: its size is asked for."
    )
    place, right_place = (np.unravel_index(np.argmax(np.abs(a)), a.shape) for a in (found, gradient))
    assert np.allclose(found, np.abs(gradient), atol=near), (
        f"{call} has its largest value {np.max(found):.4g} at ({place[0]}, {place[1]}); "
        f"it should be {np.abs(gradient).max():.4g} at ({right_place[0]}, {right_place[1]})."
    )
