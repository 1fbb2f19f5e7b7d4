"""Images of angles are what their labels say, and an angle is not given away by anything but itself."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.datasets import angles


def test_the_same_arguments_give_the_same_images() -> None:
    one, other = angles(6, seed=[3, 4]), angles(6, seed=[3, 4])
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])
    assert not np.array_equal(one[0], angles(6, seed=[3, 5])[0])


def test_shapes_and_balance() -> None:
    images, labels = angles(10, seed=0, size=112)
    assert images.shape == (10, 1, 112, 112)
    assert (images.dtype, labels.dtype) == (np.float32, np.int64)
    assert labels.sum() == 5


def test_an_angle_has_as_much_ink_as_a_line() -> None:
    images, labels = angles(60, seed=1, others=["line"], noise=0.0, contrast=(1.0, 1.0), width=(4.0, 4.0))
    ink = images.sum(axis=(1, 2, 3))
    assert abs(ink[labels == 1].mean() / ink[labels == 0].mean() - 1) < 0.06


def test_nothing_is_nothing_but_noise() -> None:
    images, labels = angles(20, seed=2, others=["nothing"], noise=0.0)
    assert np.all(images[labels == 0] == 0)
    assert np.all(images[labels == 1].max(axis=(1, 2, 3)) > 0)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="not fit"):
        angles(1, seed=0, size=64)
    with pytest.raises(ValueError, match="not known"):
        angles(1, seed=0, others=["circle"])  # type: ignore[list-item]
