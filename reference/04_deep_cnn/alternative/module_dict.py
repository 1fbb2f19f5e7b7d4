"""Layers in an nn.ModuleDict; convolution by unfold and einsum; a DataLoader."""

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
class Layers(nn.ModuleDict):
    def forward(self, x):
        for layer in self.values():
            x = layer(x)
        return x


def make_network():
    layers = [nn.Conv2d(1, 32, 7), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(3)]
    layers += [nn.Conv2d(32, 32, 3), nn.BatchNorm2d(32), nn.ReLU()]
    layers += [nn.Conv2d(32, 3, 3), nn.MaxPool2d(3), nn.Flatten()]
    layers += [nn.Linear(432, 20), nn.ReLU(), nn.Linear(20, 1), nn.Sigmoid()]
    return Layers({str(number): layer for number, layer in enumerate(layers)})

# %%
def predict(network, images, device):
    """Leaves the network in the mode in which it was."""
    mode = network.training
    network.eval()
    network.to(device)
    p = network(images.to(device)).detach().cpu()[:, 0]
    network.train(mode)
    return p

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
    """A hook on the first batch norm catches what it gives; relu is done here."""
    network.eval()
    caught = []
    norm = next(layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d))
    hook = norm.register_forward_hook(lambda layer, inputs, output: caught.append(output.detach().clone()))
    with torch.no_grad():
        network(images)
    hook.remove()
    return F.relu(caught[0])


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
