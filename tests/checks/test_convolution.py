"""Convolutions by hand: right ones of every kind pass, and the usual mistakes are called by their names."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d

from autograder.checks.convolution import convolution
from autograder.verdict import Verdict

judged = partial(convolution, examples=40)


def loops(image, kernel, stride=1):
    rows, columns = ((i - k) // stride + 1 for i, k in zip(image.shape, kernel.shape, strict=True))
    result = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = image[top : top + kernel.shape[0], left : left + kernel.shape[1]]
            result[row, column] = np.sum(window * kernel)
    return result


def fourier(image, kernel):
    shape = image.shape
    product = np.fft.rfft2(image) * np.conj(np.fft.rfft2(kernel, shape))
    rows, columns = (i - k + 1 for i, k in zip(shape, kernel.shape, strict=True))
    return np.fft.irfft2(product, shape)[:rows, :columns]


def windows(image, kernel):
    return np.einsum("rcij,ij->rc", np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)


def torch_conv(image, kernel):
    return conv2d(torch.tensor(image)[None, None], torch.tensor(kernel)[None, None])[0, 0]


@pytest.mark.parametrize("function", [loops, fourier, windows, torch_conv])
def test_right_convolutions_pass(function):
    outcome = judged(function)
    assert outcome.passed, outcome


def test_right_convolutions_with_stride_padding_bias_and_channels_pass():
    assert judged(loops, strides=(1, 2, 3)).passed
    padded = judged(lambda x, k, p: loops(np.pad(x, p), k), paddings=(0, 1, 2))
    assert padded.passed, padded
    for options in (
        {"layout": "channels", "bias": True, "strides": (1, 2), "paddings": (0, 1)},
        {"layout": "channels"},
    ):
        outcome = judged(conv2d, tensor=torch.tensor, **options)
        assert outcome.passed, outcome
    stack = judged(lambda x, k: np.stack([loops(one, k) for one in x]), layout="stack")
    assert stack.passed, stack
    assert judged(lambda x, k, b: loops(x, k) + b, bias=True).passed
    assert judged(lambda x, k: loops(x, k[::-1, ::-1]), flipped=True).passed


def same(image, kernel):
    pad = [((k - 1) // 2, k - 1 - (k - 1) // 2) for k in kernel.shape]
    return loops(np.pad(image, pad), kernel)


def largest(image, kernel):
    return (np.lib.stride_tricks.sliding_window_view(image, kernel.shape) * kernel).max(axis=(2, 3))


def off_by_one(image, kernel):
    return loops(image, kernel)[:-1, :-1]


def channelwise(how):
    return lambda x, w: how(
        torch.stack([conv2d(x[:, i : i + 1], w[:, i : i + 1]) for i in range(x.shape[1])])
    )


CHANNELS = {"layout": "channels", "tensor": torch.tensor}

WRONG = {
    "convolution-flipped": (lambda x, k: loops(x, k[::-1, ::-1]), {}),
    "convolution-rows-flipped": (lambda x, k: loops(x, k[::-1]), {}),
    "convolution-transposed": (lambda x, k: loops(x, k.T), {"kernels": [(1, 1), (2, 2), (3, 3)]}),
    "convolution-output-transposed": (lambda x, k: loops(x, k).T, {}),
    "convolution-same-size": (same, {}),
    "convolution-one-short": (off_by_one, {}),
    "convolution-stride-ignored": (lambda x, k, s: loops(x, k), {"strides": (1, 2, 3)}),
    "convolution-padding-ignored": (lambda x, k, p: loops(x, k), {"paddings": (0, 1)}),
    "convolution-mean": (lambda x, k: loops(x, k) / k.size, {}),
    "convolution-maximum": (largest, {}),
    "convolution-absolute": (lambda x, k: np.abs(loops(x, k)), {}),
    "convolution-bias-forgotten": (lambda x, k, b: loops(x, k), {"bias": True}),
    "convolution-bias-sign": (lambda x, k, b: loops(x, k) - b, {"bias": True}),
    "convolution-first-channel": (lambda x, w: conv2d(x[:, :1], w[:, :1]), CHANNELS),
    "convolution-channels-averaged": (channelwise(lambda parts: parts.mean(0)), CHANNELS),
}


@pytest.mark.parametrize("code", WRONG)
def test_wrong_convolutions_are_called_by_their_mistake(code):
    function, options = WRONG[code]
    outcome = judged(function, **options)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome
    assert outcome.hint
    assert outcome.evidence["diagnosis"] == code


FLIPPED = {
    "convolution-not-flipped": loops,
    "convolution-half-flipped": lambda x, k: loops(x, k[:, ::-1]),
    "convolution-transposed": lambda x, k: loops(x, k.T),
}


@pytest.mark.parametrize("code", FLIPPED)
def test_a_kernel_that_should_be_flipped_and_is_not(code):
    outcome = judged(FLIPPED[code], flipped=True, kernels=[(1, 1), (2, 2), (3, 3)])
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome


def test_a_mistake_of_no_name_keeps_the_plain_message():
    outcome = judged(lambda x, k: loops(x, k) + 0.5)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "value-wrong")
    assert "kernel = " in outcome.example


def test_two_mistakes_are_not_called_one():
    outcome = judged(lambda x, k, b: loops(x, k[::-1, ::-1]), bias=True)
    assert outcome.code == "value-wrong"


def test_a_convolution_that_raises_is_an_error():
    outcome = judged(lambda x, k: loops(x, k) @ 3)
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "raised")


def test_the_same_function_gets_the_same_outcome():
    function, options = WRONG["convolution-flipped"]
    assert judged(function, **options) == judged(function, **options)
