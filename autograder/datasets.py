"""Images to learn from: straight lines and angles, drawn softly and with noise. Needs numpy alone.

Notebooks import it, and so do the tests, with seeds of their own. The same arguments give the same images.

    images, labels = lines(200, angle=45, seed=0)      # images (200, 24, 24), labels (200,)
    images, labels = angles(200, seed=0)               # images (200, 1, 128, 128), labels (200,)

Images are float32 arrays in which a line is brighter by 1 than what is around it. An angle is in degrees,
counted from the horizontal as in mathematics: 0 lies flat, 45 rises to the right, 90 stands, 135 rises to the
left. A line has no direction, so 180 is 0 again. Positions are ``(row, column)`` in pixels, rows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.int64]
Point: TypeAlias = tuple[float, float]
Range: TypeAlias = tuple[float, float]
"""Smallest and largest value of something that is drawn evenly between them."""

Other: TypeAlias = Literal["line", "two lines", "nothing"]

HALF_TURN = 180.0


def draw_segment(size: int, start: Point, end: Point, width: float = 1.5) -> Image:
    """A straight line from ``start`` to ``end``, with round ends and soft edges.

    A pixel whose centre lies half a pixel or more inside the line is 1, one as far outside is 0.

    Args:
        size: rows and columns of the image.
        start: ``(row, column)`` of one end; the centre of the first pixel is ``(0, 0)``.
        end: ``(row, column)`` of the other.
        width: how wide the line is, in pixels.

    Returns:
        An image of shape ``(size, size)`` with numbers from 0 to 1.
    """
    reach = width / 2 + 1  # all pixels that are farther from the middle of the line are 0
    top, left = (max(0, int(np.floor(min(a, b) - reach))) for a, b in zip(start, end, strict=True))
    bottom, edge = (int(np.ceil(max(a, b) + reach)) + 1 for a, b in zip(start, end, strict=True))
    image: Image = np.zeros((size, size), np.float32)
    part = image[top : max(0, bottom), left : max(0, edge)]
    rows, columns = np.arange(top, top + part.shape[0])[:, None], np.arange(left, left + part.shape[1])
    down, right = end[0] - start[0], end[1] - start[1]
    square = max(down**2 + right**2, np.finfo(np.float64).tiny)
    along = np.clip(((rows - start[0]) * down + (columns - start[1]) * right) / square, 0, 1)
    distance = np.hypot(rows - start[0] - along * down, columns - start[1] - along * right)
    part[:] = np.clip(width / 2 + 0.5 - distance, 0, 1)
    return image


def draw_line(
    size: int, angle: float, *, center: Point | None = None, length: float, width: float = 1.5
) -> Image:
    """A line of given angle and length around ``center``, by default the middle of the image.

    Returns:
        An image of shape ``(size, size)`` with numbers from 0 to 1; see ``draw_segment``.
    """
    row, column = ((size - 1) / 2, (size - 1) / 2) if center is None else center
    down, right = direction(angle)
    down, right = down * length / 2, right * length / 2
    return draw_segment(size, (row - down, column - right), (row + down, column + right), width)


def lines(
    count: int,
    *,
    angle: float,
    seed: int | Sequence[int],
    size: int = 24,
    length: Range = (10.0, 14.0),
    width: Range = (1.0, 2.0),
    noise: float = 0.25,
    light: Range = (0.0, 0.5),
    apart: float = 20.0,
    margin: float = 4.0,
) -> tuple[Image, Labels]:
    """Images of one line each; the question is whether it has the wanted angle.

    In half of the images it has. In the other half it has any other angle that is at least ``apart`` away.

    Args:
        count: how many images.
        angle: the wanted angle, in degrees.
        seed: everything random follows from it. Where labels are to stay secret, let a number of 128 random
            bits be part of it: whoever can guess the seed can draw the images again, with their labels.
        size: rows and columns of an image.
        length: of a line, in pixels.
        width: of a line, in pixels.
        noise: standard deviation of the normal noise that is added to each pixel.
        light: what is added to all pixels of an image, so that bright images are not those with a line.
        apart: degrees between the wanted angle and others; below 90.
        margin: pixels at the border that no line's axis comes near. A kernel is centred on every point of
            a line if this is at least half its size.

    Returns:
        Images, float32 of shape ``(count, size, size)``, and labels, int64 of shape ``(count,)``: 1 where
        the line has the wanted angle, otherwise 0. The order is random.

    Raises:
        ValueError: the longest line does not fit between the margins, or no other angle is left.
    """
    if length[1] > size - 1 - 2 * margin:
        raise ValueError(
            f"a line of length {length[1]:g} does not fit in {size} pixels with margin {margin:g}"
        )
    if not 0 <= apart < HALF_TURN / 2:
        raise ValueError(f"no other angle is {apart:g} degrees away")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 2)
    images = np.empty((count, size, size), np.float32)
    for image, label in zip(images, labels, strict=True):
        turned = angle if label else angle + rng.uniform(apart, HALF_TURN - apart)
        long = rng.uniform(*length)
        center = place(rng, size, margin, *(abs(part) * long / 2 for part in direction(turned)))
        image[:] = draw_line(size, turned, center=center, length=long, width=rng.uniform(*width))
        image += np.float32(rng.uniform(*light))
    return add_noise(images, noise, rng), labels


def angles(
    count: int,
    *,
    seed: int | Sequence[int],
    size: int = 128,
    others: Sequence[Other] = ("line", "two lines", "nothing"),
    opening: Range = (60.0, 120.0),
    arm: Range = (25.0, 40.0),
    width: Range = (3.0, 5.0),
    contrast: Range = (0.25, 1.0),
    noise: float = 0.05,
    apart: float = 10.0,
    margin: float = 8.0,
) -> tuple[Image, Labels]:
    """Images for the question whether there is an angle in them: two lines that meet in a corner.

    In half of the images there is. The others hold one straight line as long as both arms of an angle,
    two lines that do not meet, or nothing. So neither the amount of ink, nor a line, nor the end of one gives
    the answer away. The contrast differs from image to image, so that the middle of a clear line is brighter
    than the corner of a faint angle, and a single kernel with one threshold does not tell them apart.

    Args:
        count: how many images.
        seed: everything random follows from it.
        size: rows and columns of an image.
        others: what the images without an angle hold, each equally likely.
        opening: between the arms, in degrees. Any rotation is equally likely.
        arm: length of each of the two arms, in pixels.
        width: of the lines, in pixels.
        contrast: how much brighter than their surroundings the lines of an image are.
        noise: standard deviation of the normal noise that is added to each pixel.
        apart: pixels between two lines that do not meet.
        margin: pixels at the border that no line's axis comes near.

    Returns:
        Images, float32 of shape ``(count, 1, size, size)`` (one channel, as ``nn.Conv2d`` wants it), and
        labels, int64 of shape ``(count,)``: 1 where there is an angle, otherwise 0. The order is random.

    Raises:
        ValueError: two arms do not fit between the margins, or ``others`` names something unknown.
    """
    if 2 * arm[1] > size - 1 - 2 * margin:
        raise ValueError(
            f"a line of length {2 * arm[1]:g} does not fit in {size} pixels with margin {margin:g}"
        )
    if not others or not set(others) <= {"line", "two lines", "nothing"}:
        raise ValueError(f"what images without an angle may hold is not known: {others!r}")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 2)
    images = np.empty((count, 1, size, size), np.float32)
    for image, label in zip(images, labels, strict=True):
        kind: str = "angle" if label else others[int(rng.integers(len(others)))]
        turned = rng.uniform(0, 2 * HALF_TURN)
        ends = [
            np.multiply(rng.uniform(*arm), direction(turn))
            for turn in (turned, turned + rng.uniform(*opening))
        ]
        bright, wide = rng.uniform(*contrast), rng.uniform(*width)
        image[0] = 0.0
        for start, end in _segments(kind, ends, rng, size, margin, apart):
            np.maximum(image[0], draw_segment(size, start, end, wide), out=image[0])
        image *= np.float32(bright)
    return add_noise(images, noise, rng), labels


def _segments(
    kind: str,
    ends: Sequence[NDArray[np.float64]],
    rng: np.random.Generator,
    size: int,
    margin: float,
    apart: float,
) -> list[tuple[Point, Point]]:
    """The lines of one image; ``ends`` are those of two arms that begin at ``(0, 0)``."""
    first, second = ends
    zero = np.zeros(2)
    if kind == "nothing":
        return []
    if kind == "line":
        length = np.linalg.norm(second) / np.linalg.norm(first)
        return _somewhere([(-length * first, first)], rng, size, margin)
    if kind == "angle":
        return _somewhere([(zero, first), (zero, second)], rng, size, margin)
    while True:
        lines = [_somewhere([(zero, end)], rng, size, margin)[0] for end in ends]
        one, other = (np.linspace(*line, 20) for line in lines)
        if np.min(np.linalg.norm(one[:, None] - other, axis=-1)) > apart:
            return lines


def _somewhere(
    segments: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    rng: np.random.Generator,
    size: int,
    margin: float,
) -> list[tuple[Point, Point]]:
    """The same lines, moved together to a random place between the margins."""
    points = np.concatenate(segments).reshape(-1, 2)
    shift = rng.uniform(margin - points.min(axis=0), size - 1 - margin - points.max(axis=0))
    return [(tuple(start + shift), tuple(end + shift)) for start, end in segments]


def direction(angle: float) -> Point:
    """Rows and columns that one step of length 1 at ``angle`` degrees goes."""
    return -float(np.sin(np.radians(angle))), float(np.cos(np.radians(angle)))


def place(rng: np.random.Generator, size: int, margin: float, down: float, right: float) -> Point:
    """A random centre for something that reaches ``down`` rows and ``right`` columns from it both ways."""
    row = rng.uniform(margin + down, size - 1 - margin - down)
    column = rng.uniform(margin + right, size - 1 - margin - right)
    return row, column


def add_noise(images: Image, noise: float, rng: np.random.Generator) -> Image:
    """The images plus normal noise of standard deviation ``noise``."""
    return images + np.float32(noise) * rng.standard_normal(images.shape, dtype=np.float32)
