"""Images of lines: what the docstrings promise, and that a notebook can have them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from autograder.datasets import draw_line, draw_segment, lines
from autograder.student import StudentProcess


def angle_of(image):
    """The angle of the bright pixels' longest axis, in degrees."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    weight = image / image.sum()
    row, column = (weight * rows).sum(), (weight * columns).sum()
    up, right = row - rows, columns - column
    spread = [[(weight * a * b).sum() for b in (right, up)] for a in (right, up)]
    right, up = np.linalg.eigh(spread)[1][:, 1]
    return np.degrees(np.arctan2(up, right)) % 180


def difference(one, other):
    return abs((one - other + 90) % 180 - 90)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 120, 179, 200, -45])
def test_a_line_has_the_angle_it_was_asked_for(angle):
    assert difference(angle_of(draw_line(32, angle, length=16)), angle) < 1


def test_a_segment_is_one_on_its_axis_and_soft_at_its_edge():
    image = draw_segment(9, (4, 2), (4, 6), width=2)
    assert image.dtype == np.float32
    np.testing.assert_allclose(image[4, 2:7], 1)
    np.testing.assert_allclose(image[3, 2:7], 0.5)
    np.testing.assert_allclose(image[2, 2:7], 0)
    assert image[4, 1] == pytest.approx(0.5)
    assert draw_segment(5, (2, 2), (2, 2)).max() == 1  # a point


def test_the_same_seed_gives_the_same_images_and_another_seed_others():
    one, same, other = (lines(20, angle=45, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[1], other[1])


def test_labels_say_whether_the_line_has_the_angle():
    images, labels = lines(100, angle=30, seed=0, noise=0, light=(0, 0))
    assert (images.dtype, images.shape) == (np.float32, (100, 24, 24))
    assert (labels.dtype, labels.shape, labels.sum()) == (np.int64, (100,), 50)
    assert images.min() == 0
    assert images.max() == 1
    away = np.array([difference(angle_of(image), 30) for image in images])
    assert away[labels == 1].max() < 1.5
    assert away[labels == 0].min() > 18.5


def test_lines_keep_away_from_the_border():
    images, _ = lines(200, angle=0, seed=0, noise=0, light=(0, 0), margin=4, width=(1, 2))
    border = np.ones((24, 24), dtype=bool)
    border[3:-3, 3:-3] = False
    assert images[:, border].max() < 0.6


def test_light_and_noise_are_what_was_asked_for():
    dark, _ = lines(50, angle=45, seed=0, noise=0, light=(0.25, 0.5))
    levels = dark.min(axis=(1, 2))
    assert 0.25 <= levels.min() < 0.3
    assert 0.45 < levels.max() <= 0.5
    noisy, _ = lines(200, angle=45, seed=0, noise=0.25, light=(0, 0))
    assert noisy[:, :2].std() == pytest.approx(0.25, rel=0.02)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        lines(1, angle=0, seed=0, size=16)
    with pytest.raises(ValueError, match="no other angle"):
        lines(1, angle=0, seed=0, apart=90)


def test_importing_it_brings_numpy_and_nothing_else():
    """Apart from the standard library and the package's own light modules."""
    code = (
        "import sys, numpy; before = set(sys.modules); import autograder.datasets;"
        "names = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(names - set(sys.stdlib_module_names)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['autograder', 'numpy']"


def test_a_notebook_can_import_it():
    source = "from autograder.datasets import lines\nimages, labels = lines(4, angle=45, seed=0)"
    with StudentProcess.spawn() as process:
        outcome = process.execute(1, source)
        assert outcome.error is None, outcome.error
        np.testing.assert_array_equal(process.student.images, lines(4, angle=45, seed=0)[0])
