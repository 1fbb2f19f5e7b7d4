"""Max pooling before relu, one relu for all places; convolution as a matrix product; SGD with momentum."""

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
    variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
    return batch_norm_in_use(x, scale, shift, mean, variance)


def update_running(running_mean, running_variance, x):
    variance, mean = torch.var_mean(x, dim=(0, 2, 3))
    return torch.lerp(running_mean, mean, 0.1), torch.lerp(running_variance, variance, 0.1)


def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    factor = scale * torch.rsqrt(running_variance + 1e-5)
    return x * factor[:, None, None] + (shift - running_mean * factor)[:, None, None]

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
def make_network():
    """relu and max pooling may change places: the largest stays the largest. Pooling first is less work."""
    relu = nn.ReLU(inplace=True)
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=(7, 7)), nn.BatchNorm2d(32), nn.MaxPool2d(3), relu,
        nn.Conv2d(32, 32, 3, padding="valid"), nn.BatchNorm2d(32), relu,
        nn.Conv2d(32, 3, 3), nn.MaxPool2d((3, 3), (3, 3)),
        nn.Flatten(start_dim=1), nn.Linear(3 * 12 * 12, 20), relu,
        nn.Linear(20, 1), nn.Sigmoid(),
    )

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
    y = y.reshape(-1, 1).to(p.dtype)
    p = p.clamp(1e-12, 1 - 1e-7)
    return torch.mean(-y * torch.log(p) - (1 - y) * torch.log1p(-p))


def train_step(network, optimizer, images, labels, device):
    """Gradients back to zero at the end, as in the lecture."""
    network.train(True)
    loss = bce(network(images.to(device)), labels.to(device))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach().cpu().item()

# %%
def train(network, batches, device, learning_rate=0.02):
    network.to(torch.device(device))
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, momentum=0.9)
    losses = []
    for batch in batches:
        losses.append(train_step(network, optimizer, *batch, device))
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
    for learning_rate in (0.02, 0.02 / 4, 0.02 / 20):
        batches = (tuple(map(torch.from_numpy, angles(8, seed=[1, n]))) for n in range(800))
        train(network, batches, "cpu", learning_rate)
    return network
