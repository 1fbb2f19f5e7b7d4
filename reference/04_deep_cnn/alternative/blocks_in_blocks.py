"""Blocks within a class; sigmoid as a method; hooks."""

# %%
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from autograder.datasets import angles

# %%
def conv(images, weight, bias):
    k = weight.shape[2]
    patches = images.unfold(2, k, 1).unfold(3, k, 1)  # (n, c, rows, columns, k, k)
    return torch.einsum("ncrsij,ocij->nors", patches, weight) + bias[:, None, None]


def max_pool(images, k):
    return images.unfold(2, k, k).unfold(3, k, k).flatten(4).max(dim=-1).values

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
def shape_after(layer, shape):
    kind = layer[0]
    if kind == "conv":
        return (layer[2], shape[1] - layer[3] + 1, shape[2] - layer[3] + 1)
    if kind == "pool":
        return (shape[0], int(shape[1] / layer[1]), int(shape[2] / layer[1]))
    if kind == "flatten":
        product = 1
        for n in shape:
            product *= n
        return (product,)
    if kind == "linear":
        return (layer[2],)
    return shape


def count_parameters(layer):
    if layer[0] == "conv":
        return (layer[1] * layer[3] ** 2 + 1) * layer[2]
    if layer[0] == "linear":
        return (layer[1] + 1) * layer[2]
    return 2 * layer[1] if layer[0] == "norm" else 0

# %%
def block(*layers):
    return nn.Sequential(*layers)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.see = block(nn.Conv2d(1, 32, 7), nn.BatchNorm2d(32), nn.ReLU())
        self.combine = block(nn.MaxPool2d(3), nn.Conv2d(32, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 3, 3))
        self.decide = block(nn.MaxPool2d(3), nn.Flatten(), nn.Linear(432, 20), nn.ReLU(), nn.Linear(20, 1))

    def forward(self, x):
        return self.decide(self.combine(self.see(x))).sigmoid()


def make_network():
    return Classifier()

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
def train(network, batches, device, learning_rate=0.002):
    """The learning rate rises during the first ten steps."""
    network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10))
    losses = []
    for images, labels in batches:
        losses.append(train_step(network, optimizer, images, labels, device))
        schedule.step()
    return losses

# %%
def feature_maps(network, images):
    network.eval()
    with torch.no_grad():
        return network.see(images)


def saliency(network, image):
    def f(x):
        return network.eval()(x[None])[0, 0]

    return torch.func.grad(f)(image).abs().squeeze(0)

# %%
def make_weights():
    network = make_network()
    for learning_rate in (0.004, 0.004 / 4, 0.004 / 20):
        batches = (tuple(map(torch.from_numpy, angles(8, seed=[1, n]))) for n in range(800))
        train(network, batches, "cpu", learning_rate)
    return network
