"""Response maps by the Fourier transform; a difference of two bells as kernel; max pooling in the network."""

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder.datasets import lines

# %%
def response(image, kernel, row, column):
    below = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    return np.dot(below.ravel(), kernel.ravel())


def response_map(image, kernel):
    product = np.fft.rfft2(image) * np.conj(np.fft.rfft2(kernel, image.shape))
    everywhere = np.fft.irfft2(product, image.shape)
    return everywhere[: image.shape[0] - kernel.shape[0] + 1, : image.shape[1] - kernel.shape[1] + 1]


def response_map_with_stride(image, kernel, stride):
    return response_map(image, kernel)[::stride, ::stride].copy()


def scores(images, kernel):
    return np.array([np.max(response_map(image, kernel)) for image in images])

# %%
def line_kernel(angle, size):
    """A narrow bell minus a wide one."""
    turn = np.exp(1j * np.radians(angle))
    half = size // 2
    z = np.array([[complex(j - half, half - i) for j in range(size)] for i in range(size)]) / turn
    d = z.imag  # distance from the line
    kernel = np.exp(-(d**2) / 1.5) - 0.5 * np.exp(-(d**2) / 8)
    kernel = kernel - kernel.mean()
    return kernel / np.sum(kernel**2) ** 0.5

# %%
def best_threshold(scores, labels):
    """Walk upwards through the scores and keep count of the errors."""
    order = np.argsort(scores)
    s, l = scores[order], labels[order]
    errors, best, threshold = np.sum(l == 0), np.sum(l == 0), s[0] - 1
    for i in range(len(s)):
        errors += 1 if l[i] == 1 else -1
        if errors < best and (i + 1 == len(s) or s[i + 1] > s[i]):
            best, threshold = errors, s[i]
    return threshold


def detect(images, kernel, threshold):
    return np.greater(scores(images, kernel), threshold).astype(np.uint8)

# %%
def response_maps(images, kernel):
    n, height, width = images.shape
    layer = nn.Conv2d(1, 1, tuple(kernel.shape), bias=False, dtype=images.dtype)
    with torch.no_grad():
        layer.weight[:] = kernel
        return layer(images.view(n, 1, height, width)).reshape(n, height - kernel.shape[0] + 1, width - kernel.shape[1] + 1)


def true_convolution(image, kernel):
    return response_maps(image[None], kernel.flip([0]).flip([1]))[0]

# %%
class LineDetector(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, size)

    def forward(self, images):
        maps = self.conv(images[:, None])
        return F.max_pool2d(maps, maps.shape[2:]).reshape(-1)

# %%
def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    net.conv.weight = nn.Parameter(torch.tensor(kernel[None, None], dtype=torch.float32))
    net.conv.bias = nn.Parameter(torch.tensor([-threshold], dtype=torch.float32))
    return net

# %%
loss = nn.BCEWithLogitsLoss()


def train_step(net, optimizer, images, labels):
    def closure():
        optimizer.zero_grad()
        value = loss(net(images), labels)
        value.backward()
        return value

    optimizer.step(closure)


def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    nn.init.normal_(net.conv.weight, std=0.2)
    nn.init.zeros_(net.conv.bias)
    optimizer = torch.optim.RMSprop(net.parameters(), lr=0.02)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.choice(len(images), 64, replace=False)
        train_step(net, optimizer, torch.from_numpy(images[batch]), torch.from_numpy(labels[batch]).to(torch.float32))
    return net


def probability(net, images):
    with torch.inference_mode():
        return [float(torch.sigmoid(z)) for z in net(torch.from_numpy(images))]


def similarity(one, other):
    unit = lambda kernel: (kernel - kernel.mean()) / np.linalg.norm(kernel - kernel.mean())
    return np.vdot(unit(one), unit(other))
