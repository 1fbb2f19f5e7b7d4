"""A class that calls F.relu and F.max_pool2d; layers registered in another order than used; loops over pixels."""

# %%
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from autograder.datasets import angles

# %%
def conv(images, weight, bias):
    n, _, h, w = images.shape
    o, _, k, _ = weight.shape
    out = torch.empty(n, o, h - k + 1, w - k + 1, dtype=images.dtype)
    for r in range(out.shape[2]):
        for s in range(out.shape[3]):
            patch = images[:, None, :, r : r + k, s : s + k]
            out[:, :, r, s] = (patch * weight).sum(dim=(2, 3, 4)) + bias
    return out


def max_pool(images, k):
    n, c, h, w = images.shape
    out = torch.empty(n, c, h // k, w // k, dtype=images.dtype)
    for r in range(h // k):
        for s in range(w // k):
            block = images[:, :, r * k : r * k + k, s * k : s * k + k]
            out[:, :, r, s] = block.flatten(2).max(dim=2).values
    return out

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
class AngleFinder(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(20, 1)
        self.hidden = nn.Linear(432, 20)
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 32, 7), nn.Conv2d(32, 32, 3), nn.Conv2d(32, 3, 3)
        self.norm1, self.norm2 = nn.BatchNorm2d(32), nn.BatchNorm2d(32)

    def first(self, x):
        return F.relu(self.norm1(self.conv1(x)))

    def forward(self, x):
        x = F.max_pool2d(self.first(x), 3)
        x = F.relu(self.norm2(self.conv2(x)))
        x = F.max_pool2d(self.conv3(x), kernel_size=3, stride=3)
        return torch.sigmoid(self.head(F.relu(self.hidden(torch.flatten(x, 1)))))


def make_network():
    return AngleFinder()

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
        return network.first(images)


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
