"""All windows as the columns of one matrix (im2col); unfold in torch; a schedule for the learning rate."""

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder.datasets import lines

# %%
def columns_of(image, shape, stride=1):
    """One column for each place, and the number of places in both directions."""
    h, w = shape
    rows, columns = range(0, image.shape[0] - h + 1, stride), range(0, image.shape[1] - w + 1, stride)
    return np.stack([image[r : r + h, c : c + w].ravel() for r in rows for c in columns], axis=1), (len(rows), len(columns))


def response(image, kernel, row, column):
    return kernel.ravel() @ image[row : row + kernel.shape[0], column : column + kernel.shape[1]].ravel()


def response_map_with_stride(image, kernel, stride):
    matrix, shape = columns_of(image, kernel.shape, stride)
    return (kernel.ravel() @ matrix).reshape(shape)


def response_map(image, kernel):
    return response_map_with_stride(image, kernel, 1)


def scores(images, kernel):
    return np.array([(kernel.ravel() @ columns_of(image, kernel.shape)[0]).max() for image in images])

# %%
def line_kernel(angle, size):
    """A wide line."""
    a = angle * np.pi / 180
    i, j = np.indices((size, size))
    d = (j - size // 2) * np.sin(a) + (i - size // 2) * np.cos(a)
    kernel = np.exp(-(d**2) / 2)
    kernel -= np.mean(kernel)
    return kernel / np.linalg.norm(kernel)


def best_threshold(scores, labels):
    middle = np.sort(scores)
    middle = np.concatenate([[middle[0] - 1], (middle[1:] + middle[:-1]) / 2, [middle[-1] + 1]])
    return min(middle, key=lambda t: np.count_nonzero((scores > t) ^ labels.astype(bool)))


def detect(images, kernel, threshold):
    return scores(images, kernel) > threshold

# %%
def response_maps(images, kernel):
    n, h, w = images.shape
    matrix = F.unfold(images[:, None], tuple(kernel.shape))
    return (kernel.reshape(1, -1) @ matrix).reshape(n, h - kernel.shape[0] + 1, w - kernel.shape[1] + 1)


def true_convolution(image, kernel):
    """conv_transpose2d spreads the kernel over the image, which is the full convolution; its inner part is the valid one."""
    h, w = kernel.shape
    full = F.conv_transpose2d(image[None, None], kernel[None, None])[0, 0]
    return full[h - 1 : image.shape[0], w - 1 : image.shape[1]]

# %%
class LineDetector(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, size)

    def forward(self, images):
        n, h, w = images.shape
        size = self.conv.kernel_size
        matrix = F.unfold(images[:, None], size)
        return (self.conv.weight.reshape(1, -1) @ matrix + self.conv.bias[:, None]).reshape(n, -1).max(dim=-1)[0]

# %%
def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    net.requires_grad_(False)
    net.conv.weight[0, 0] = torch.tensor(kernel)
    net.conv.bias[0] = -threshold
    return net.requires_grad_(True)


def loss(logits, labels):
    signed = torch.where(labels > 0.5, -logits, logits)
    return torch.logaddexp(signed, torch.zeros_like(signed)).mean()


def train_step(net, optimizer, images, labels):
    parameters = list(net.parameters())
    gradients = torch.autograd.grad(loss(net(images), labels), parameters)
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient
    optimizer.step()


def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    optimizer = torch.optim.NAdam(net.parameters(), lr=0.08)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps, 1), eta_min=0.01)
    x, y = torch.from_numpy(images), torch.from_numpy(labels).float()
    for _ in range(steps):
        batch = torch.randperm(len(x))[:40]
        train_step(net, optimizer, x[batch], y[batch])
        schedule.step()
    return net


def probability(net, images):
    return np.exp(-np.logaddexp(0, -net(torch.tensor(images)).detach().numpy().astype(float)))


def similarity(one, other):
    """By the rule for the length of a difference: |a - b|² = 2 - 2 c for vectors of length 1."""
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return 1 - np.sum((a - b) ** 2) / 2
