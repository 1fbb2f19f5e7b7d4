"""Layers added by add_module; loops over pixels; gradients set to zero last."""

# %%
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from autograder.datasets import angles

# %%
def conv(images, weight, bias):
    """One matrix product: each column holds what the kernel meets at one place."""
    n, c, h, w = images.shape
    o, _, k, _ = weight.shape
    columns = torch.stack(
        [images[:, :, i : h - k + 1 + i, j : w - k + 1 + j] for i in range(k) for j in range(k)], dim=2
    ).reshape(n, c * k * k, -1)
    return (weight.reshape(o, -1) @ columns + bias[:, None]).reshape(n, o, h - k + 1, w - k + 1)


def max_pool(images, k):
    rows, columns = images.shape[2] // k, images.shape[3] // k
    corners = [images[:, :, i : rows * k : k, j : columns * k : k] for i in range(k) for j in range(k)]
    best = corners[0]
    for corner in corners[1:]:
        best = torch.maximum(best, corner)
    return best

# %%
def batch_norm(x, scale, shift):
    rows = x.movedim(1, 0).flatten(1)  # one row for each channel
    rows = rows - rows.mean(dim=1, keepdim=True)
    rows = rows / torch.sqrt((rows * rows).mean(dim=1, keepdim=True) + 1e-5)
    rows = rows * scale[:, None] + shift[:, None]
    n, c, h, w = x.shape
    return rows.reshape(c, n, h, w).movedim(0, 1)


def update_running(running_mean, running_variance, x):
    rows = x.movedim(1, 0).flatten(1)
    mean = rows.mean(dim=1)
    variance = ((rows - mean[:, None]) ** 2).sum(dim=1) / (rows.shape[1] - 1)
    return running_mean + (mean - running_mean) / 10, running_variance + (variance - running_variance) / 10


def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    last = x.permute(0, 2, 3, 1)
    last = (last - running_mean) / (running_variance + 1e-5) ** 0.5 * scale + shift
    return last.permute(0, 3, 1, 2)

# %%
def build(layer):
    kind, *sizes = layer
    return {
        "conv": nn.Conv2d, "norm": nn.BatchNorm2d, "relu": nn.ReLU, "pool": nn.MaxPool2d, "flatten": nn.Flatten,
        "linear": nn.Linear, "sigmoid": nn.Sigmoid,
    }[kind](*sizes)


def shape_after(layer, shape):
    """Try it out."""
    return list(build(layer).eval()(torch.zeros(1, *shape)).shape[1:])


def count_parameters(layer):
    return sum(p.numel() for p in build(layer).parameters())

# %%
class Chain(nn.Module):
    def __init__(self, layers):
        super().__init__()
        for name, layer in enumerate(layers):
            self.add_module(str(name), layer)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x


def make_network():
    return Chain([
        nn.Conv2d(1, 32, 7), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(3),
        nn.Conv2d(32, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 3, 3), nn.MaxPool2d(3),
        nn.Flatten(), nn.Linear(432, 20), nn.ReLU(), nn.Linear(20, 1), nn.Sigmoid(),
    ])

# %%
@torch.inference_mode()
def predict(network, images, device):
    network = network.to(device)
    network.eval()
    out = torch.zeros(len(images))
    for start in range(0, len(images), 7):
        out[start : start + 7] = network(images[start : start + 7].to(device)).squeeze(1).to("cpu")
    return out

# %%
def bce(p, y):
    return nn.BCELoss()(p, y[:, None].to(p.dtype))


def train_step(network, optimizer, images, labels, device):
    images = images.to(device)
    labels = labels.to(device)
    network.train()
    optimizer.zero_grad()
    error = bce(network(images), labels)
    error.backward()
    optimizer.step()
    return error.item()

# %%
class Stream(torch.utils.data.IterableDataset):
    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def train(network, batches, device, learning_rate=0.003):
    loader = torch.utils.data.DataLoader(Stream(batches), batch_size=None)
    network = network.to(device)
    optimizer = torch.optim.NAdam(network.parameters(), lr=learning_rate)
    losses = []
    for images, labels in loader:
        losses.append(train_step(network, optimizer, images, labels, device))
    return losses

# %%
def feature_maps(network, images):
    network.eval()
    x = images
    with torch.no_grad():
        for layer in network.children():
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                return x


def saliency(network, image):
    network.eval()
    for p in network.parameters():
        p.requires_grad_(False)
    x = image.clone().unsqueeze(0).requires_grad_(True)
    network(x)[0, 0].backward()
    for p in network.parameters():
        p.requires_grad_(True)
    return x.grad[0, 0].abs()

# %%
def make_weights():
    network = make_network()
    for learning_rate in (0.004, 0.004 / 4, 0.004 / 20):
        batches = (tuple(map(torch.from_numpy, angles(8, seed=[1, n]))) for n in range(800))
        train(network, batches, "cpu", learning_rate)
    return network
