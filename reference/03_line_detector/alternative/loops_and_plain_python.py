"""Loops over every number, plain Python lists where they do, and SGD with momentum."""

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder.datasets import lines

# %%
def response(image, kernel, row, column):
    total = 0.0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += float(kernel[i, j]) * float(image[row + i, column + j])
    return total

# %%
def response_map(image, kernel):
    return response_map_with_stride(image, kernel, 1)


def response_map_with_stride(image, kernel, stride):
    result = []
    row = 0
    while row + kernel.shape[0] <= image.shape[0]:
        line = []
        column = 0
        while column + kernel.shape[1] <= image.shape[1]:
            line.append(float((image[row : row + kernel.shape[0], column : column + kernel.shape[1]] * kernel).sum()))
            column += stride
        result.append(line)
        row += stride
    return np.array(result)

# %%
def scores(images, kernel):
    found = []
    for image in images:
        best = float("-inf")
        for line in response_map(image, kernel):
            for number in line:
                best = max(best, number)
        found.append(best)
    return np.array(found)

# %%
def line_kernel(angle, size):
    """A thin line, one pixel wide, by supersampling."""
    kernel = np.zeros((size, size))
    middle = size // 2
    for i in range(size):
        for j in range(size):
            for up in (-0.4, -0.2, 0, 0.2, 0.4):
                for right in (-0.4, -0.2, 0, 0.2, 0.4):
                    x, y = j - middle + right, middle - i + up
                    if abs(x * np.sin(np.radians(angle)) - y * np.cos(np.radians(angle))) < 0.75:
                        kernel[i, j] += 1
    kernel -= kernel.mean()
    return kernel / np.linalg.norm(kernel)

# %%
def best_threshold(scores, labels):
    best, fewest = None, len(scores) + 1
    for t in scores:
        errors = sum((s > t) != bool(l) for s, l in zip(scores, labels))
        if errors < fewest:
            best, fewest = t, errors
    return float(best)

# %%
def detect(images, kernel, threshold):
    return np.array([1 if score > threshold else 0 for score in scores(images, kernel)])

# %%
def response_maps(images, kernel):
    return torch.stack([F.conv2d(image[None, None], kernel[None, None])[0, 0] for image in images])


def true_convolution(image, kernel):
    return response_maps(image.unsqueeze(0), torch.flip(kernel, dims=(0, 1))).squeeze(0)

# %%
class LineDetector(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, size)

    def forward(self, images):
        return torch.stack([self.conv(image[None, None]).max() for image in images])

# %%
def by_hand(kernel, threshold):
    net = LineDetector(kernel.shape[0])
    net.conv.weight.data[0, 0] = torch.tensor(kernel, dtype=torch.float32)
    net.conv.bias.data[0] = -float(threshold)
    return net


def loss(logits, labels):
    return (F.softplus(logits) - labels * logits).mean()


def train_step(net, optimizer, images, labels):
    value = loss(net(images), labels)
    value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return value.item()


def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x, y = torch.tensor(images), torch.tensor(labels).float()
    order = torch.randperm(len(x))
    for i in range(steps):
        start = 20 * i % len(x)
        batch = order[start : start + 20]
        train_step(net, optimizer, x[batch], y[batch])
    return net


def probability(net, images):
    return (1 / (1 + torch.exp(-net(torch.tensor(images))))).detach().numpy()


def similarity(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]
