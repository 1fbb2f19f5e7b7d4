"""Hidden tests of assignment 04: other shapes and images, other devices, what is left behind."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from autograder import check, question
from autograder.checks.calling import beside
from autograder.checks.inputs import arrays, together
from autograder.checks.twins import output_of, twins
from autograder.datasets import angles

_path = Path(__file__).parents[2] / "assignments" / "04_deep_cnn" / "test_deep_cnn.py"
_spec = importlib.util.spec_from_file_location("public_tests_of_04", _path)
public = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(public)

LAYERS_OF_TORCH = ("torch.nn", "torch.conv2d", "torch.max_pool2d", "torch.batch_norm")
"""Excluded in Part 1."""

SECRET = 0x4B1CB667F309EFBAD2D3BE57F52C1F83
"""Part of the seed of the hidden images: without it a notebook could try seeds, and draw them with their labels."""

LAYERS = [
    (("conv", 3, 8, 5), (3, 20, 31), (8, 16, 27), 608),
    (("pool", 2), (8, 7, 10), (8, 3, 5), 0),
    (("norm", 5), (5, 3, 4), (5, 3, 4), 10),
    (("flatten",), (4, 2, 5), (40,), 0),
    (("linear", 7, 3), (7,), (3,), 24),
    (("conv", 2, 1, 1), (2, 5, 5), (1, 5, 5), 3),
]


@question("1.1", forbidden=LAYERS_OF_TORCH, points=1, hint="Is any size of image, kernel or batch special in your code?")
def test_1_1_conv_of_other_sizes(student):
    """conv works for other sizes of images and kernels"""
    check.values(
        student.conv,
        like=F.conv2d,
        inputs=together([((3, 2, 6, 5), (4, 2, 3, 3), (4,)), ((1, 4, 7, 8), (2, 4, 5, 5), (2,))]),
        tensor=torch.tensor,
        examples=20,
        seed=1,
        names=["images", "weight", "bias"],
        call="conv(images, weight, bias)",
    )


@question("1.2", forbidden=LAYERS_OF_TORCH, points=1, hint="What if all pixels are negative? What if k does not divide the size?")
def test_1_2_max_pool_of_negative_numbers(student):
    """max_pool works for negative pixels and what fills no block"""
    check.values(
        lambda images: student.max_pool(images, 4),
        like=lambda images: F.max_pool2d(images, 4),
        inputs=arrays(shapes=[(2, 3, 9, 7), (1, 1, 4, 11)], max_dims=4).map(lambda x: x - 4),
        tensor=torch.tensor,
        examples=20,
        seed=1,
        names=["images"],
        call="max_pool(images, 4)",
    )


@question("1.3", forbidden=LAYERS_OF_TORCH, points=1, hint="What if all values of a channel are nearly the same?")
def test_1_3_batch_norm_of_nearly_constant_channels(student):
    """batch_norm works where the variance is smaller than epsilon"""
    check.values(
        student.batch_norm,
        like=public.normalised,
        inputs=public.batches("any", "any", small=0.002),
        tensor=torch.tensor,
        examples=40,
        seed=1,
        names=["x", "scale", "shift"],
        call="batch_norm(x, scale, shift)",
    )


@question("1.4", forbidden=LAYERS_OF_TORCH, points=1, hint="Is the variance that of a sample?")
def test_1_4_update_running_of_small_batches(student):
    """update_running works for small numbers, too"""
    check.values(
        lambda x, mean, variance: student.update_running(mean, variance, x),
        like=lambda x, mean, variance: public.remembered(mean, variance, x),
        inputs=public.batches("any", "positive", small=0.1),
        tensor=torch.tensor,
        examples=40,
        seed=1,
        names=["x", "running_mean", "running_variance"],
        call="update_running(running_mean, running_variance, x)",
    )


@question("1.5", forbidden=LAYERS_OF_TORCH, points=1, hint="Epsilon is added to the variance, under the root.")
def test_1_5_batch_norm_in_use_with_small_variance(student):
    """batch_norm_in_use works for small running variances and single images"""
    shapes = [((1, c, 1, 1), (c,), (c,), (c,), (c,)) for c in (1, 3)]
    check.values(
        lambda x, scale, shift, mean, variance: student.batch_norm_in_use(x, scale, shift, mean, variance),
        like=public.in_use,
        inputs=together(shapes, values=["any", "any", "any", "any", "positive"]).map(
            lambda args: (*args[:4], 1e-5 * args[4])
        ),
        tensor=torch.tensor,
        examples=40,
        seed=1,
        names=["x", "scale", "shift", "running_mean", "running_variance"],
        call="batch_norm_in_use(x, scale, shift, running_mean, running_variance)",
    )


@question("2.1", points=1, hint="Are the layers of the lecture written into your code?")
def test_2_1_shape_after_other_layers(student):
    """shape_after knows layers of other sizes"""
    public.judge_shapes(student, LAYERS)


@question("2.2", points=1, hint="Are the layers of the lecture written into your code?")
def test_2_2_count_parameters_of_other_layers(student):
    """count_parameters knows layers of other sizes"""
    public.judge_counts(student, LAYERS)


@question("2.4", points=1, needs="2.3", hint="Are the network and each portion of the images moved?")
def test_2_4_predict_anywhere(student):
    """predict works on other devices, needs no gradient, and takes many images"""
    images = angles(3, seed=241)[0]
    network, right = twins(student.make_network, public.lecture_network, images)
    many = np.concatenate([images] * 34)[:101]  # a last portion of one image, where it is cut into hundreds
    public.judge_predictions(student, network, right, many)
    public.judge_predictions(student, network, right, images[:1])
    assert not beside(student.predict, needs_gradient)(student.predict, network, public.tensor(images)), (
        "The result of predict still drags its gradient along: use torch.no_grad()."
    )
    check.device_agnostic(
        student.predict, network, public.tensor(images), call="predict(network, images, device)"
    )


def needs_gradient(predict, network, images):
    answer = predict(network, images, "cpu")
    return bool(isinstance(answer, torch.Tensor) and answer.requires_grad)


@question("3.1", points=1, hint="What is the logarithm of 0?")
def test_3_1_bce_when_surely_wrong(student):
    """bce is finite for probabilities 0 and 1, and has the right gradient"""
    wrong, labels = public.tensor(np.array([[0.0], [1.0]], dtype=np.float32)), public.tensor(np.array([1, 0]))
    loss = check.value(student.bce(wrong, labels), shape=(), of="bce(p, y)")
    steep = check.value(beside(student.bce, slope)(student.bce, wrong, labels), shape=(2, 1))
    assert np.isfinite(loss), "bce is not finite where the network is sure of what is wrong."
    assert 10 < loss <= 101, f"Where the network is sure of what is wrong, bce should be large; it is {loss:.3g}."
    assert np.all(np.isfinite(steep)), "The gradient of bce is not finite where the network is surely wrong."
    p, y = np.array([[0.25], [0.5], [0.75]], dtype=np.float32), np.array([1, 0, 0])
    found = check.value(beside(student.bce, slope)(student.bce, public.tensor(p), public.tensor(y)), shape=(3, 1))
    x = public.tensor(p).requires_grad_()
    F.binary_cross_entropy(x[:, 0], public.tensor(y).float()).backward()
    assert np.allclose(found, x.grad.numpy(), rtol=1e-3), "The gradient of bce with respect to p is wrong."


def slope(bce, p, y):
    p = p.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(bce(p, y), p)
    return gradient.numpy()


@question("3.2", points=2, needs=("2.3", "3.1"), hint="Which tensors are moved to the device?")
def test_3_2_train_step_on_another_device(student):
    """train_step moves images and labels to the device"""
    images, labels = angles(2, seed=321)
    network = student.make_network()

    check.device_agnostic(
        beside(student.train_step, with_optimizer)(student.train_step),
        network,
        public.tensor(images),
        public.tensor(labels),
        call="train_step(network, optimizer, images, labels, device)",
    )


def with_optimizer(train_step):
    """A step of a network that has been moved."""

    def step(network, images, labels, device):
        network.to(device)
        return train_step(network, torch.optim.SGD(network.parameters(), lr=0.1), images, labels, device)

    return step


@question("3.3", about="train", points=1, needs="3.2", hint="What comes back, what is moved to the device, and who is told the learning rate?")
def test_3_3_train_returns_losses(student):
    """train returns the losses, and works on other devices"""
    data = [angles(4, seed=331 + i) for i in range(3)]
    network, right = twins(student.make_network, public.lecture_network, data[0][0], training=True)
    expected = public.reference_losses(right, data[:1])[0]
    batches = [(public.tensor(images), public.tensor(labels)) for images, labels in data]
    call = "train(network, batches, device)"
    found = check.value(student.train(network, batches, "cpu"), shape=(3,), of=call)
    assert np.isclose(found[0], expected, rtol=1e-3), (
        f"The first loss that {call} returns is {found[0]:.4f}; before the first step it is {expected:.4f}."
    )
    network = student.make_network()
    before = beside(network, parameters)(network)
    student.train(network, batches[:1], "cpu", learning_rate=1e-9)
    after = beside(network, parameters)(network)
    assert all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(before, after, strict=True)), (
        "With learning_rate=1e-9, train should leave the parameters nearly as they are, but it changes them."
    )
    check.device_agnostic(student.train, student.make_network(), batches, call=call)


def parameters(network):
    """Their values; runs beside the student's code."""
    return [p.detach().cpu().numpy() for p in network.parameters()]


@question("3.4", points=3, needs=("2.3", "2.4"), about="make_weights", hint="Does it know only its training images?")
def test_3_4_weights_on_hidden_images(student, weights):
    """the trained network finds angles in images that nobody has seen"""
    public.judge_weights(student, weights, 1000, seed=[34, SECRET])


@question("4.1", points=1, needs="2.3", hint="Does the result depend on the other images of the batch?")
def test_4_1_feature_maps_of_one_image(student):
    """feature_maps works for one image, after training, and changes nothing"""
    images = angles(3, seed=411)[0]
    network, right = twins(student.make_network, public.lecture_network, images)
    beside(network, public.use)(network)
    public.judge_maps(student, network, right, images[:1])
    judge_looking(student.feature_maps, network, images[1:], "feature_maps")


def judge_looking(look, network, picture, name):
    first, second, changed = beside(look, look_twice)(look, network, public.tensor(picture))
    assert np.allclose(first, second), f"Asked twice about the same pixels, {name} gives two different answers."
    assert not changed, f"{name} changes {changed}."


def look_twice(look, network, picture):
    """Two answers, and what is not as it was before; runs beside the student's code."""
    for p in network.parameters():
        p.grad = torch.ones_like(p)
    before, state = picture.clone(), [held.clone() for held in network.state_dict().values()]
    first, second = (look(network, picture).detach().cpu().numpy() for _ in range(2))
    changed = ""
    if not torch.equal(picture, before) or picture.requires_grad or picture.grad is not None:
        changed = "the image that it is given, or leaves a gradient in it"
    elif not all(p.grad is not None and torch.all(p.grad == 1) for p in network.parameters()):
        changed = "the gradients that the parameters held before"
    elif not all(p.requires_grad for p in network.parameters()):
        changed = "the network's parameters: they cannot be trained any more"
    elif not all(map(torch.equal, state, network.state_dict().values())):
        changed = "the network's parameters or running statistics"
    return first, second, changed


@question("4.2", points=1, needs="2.3", hint="What has changed afterwards that should not have?")
def test_4_2_saliency_leaves_nothing_behind(student):
    """saliency changes neither image nor network, and may be asked twice"""
    images = angles(3, seed=421)[0]
    network, right = twins(student.make_network, public.lecture_network, images)
    beside(network, public.use)(network)
    public.judge_saliency(student, network, right, images[1])
    judge_looking(student.saliency, network, images[2], "saliency")
