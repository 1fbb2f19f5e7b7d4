"""No broadcasting: loops over points, rows and columns, in the most elementary operations."""

# %%
import copy

import numpy as np
import torch
from torch import nn
import random

# %%
def net_by_hand(x, V, W):
    hidden = torch.stack([torch.tanh(sum(v * xi for v, xi in zip(row, x))) for row in V])
    return torch.stack([sum(w * h for w, h in zip(row, hidden)) for row in W])


def net_on_rows(x, V, W):
    return torch.stack([net_by_hand(point, V, W) for point in x])

# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear_1 = nn.Linear(2, 5)
        self.linear_2 = nn.Linear(5, 1)

    def forward(self, x):
        return self.linear_2(self.linear_1(x).tanh())

# %%
def sequential():
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))


def l2_loss(prediction, y):
    total = 0
    for i in range(len(y)):
        total = total + (prediction[i, 0] - y[i]) ** 2
    return total / len(y)

# %%
def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = sequential_as_net(Net())
    return net, torch.optim.SGD(net.parameters(), learning_rate)


def sequential_as_net(net):
    for parameter in net.parameters():
        parameter.data = torch.randn(parameter.shape) * 0.5
    return net


def train(net, optimizer, x, y, iterations, loss_function=None):
    if loss_function is None:
        loss_function = lambda prediction, y: torch.mean((prediction.reshape(-1) - y) ** 2)  # l2_loss, but quick
    losses, i = [], 0
    while i < iterations:
        loss = loss_function(net(x), y)
        losses.append(float(loss))
        gradients = torch.autograd.grad(loss, list(net.parameters()))
        for parameter, gradient in zip(net.parameters(), gradients):
            parameter.grad = gradient
        optimizer.step()
        for parameter in net.parameters():
            parameter.grad = None
        i = i + 1
    return losses

# %%
def path(loss, start, make_optimizer, steps):
    p = torch.tensor(start.tolist(), dtype=start.dtype, requires_grad=True)
    optimizer = make_optimizer([p])
    rows = [start]
    for _ in range(steps):
        (p.grad,) = torch.autograd.grad(loss(p), [p])
        optimizer.step()
        rows = rows + [p.detach().clone()]
    return torch.vstack(rows)


class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        self.parameters = [p for p in parameters]
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        for i in range(len(self.parameters)):
            p = self.parameters[i]
            if i in self.velocity:
                self.velocity[i] = self.momentum * self.velocity[i] + p.grad
            else:
                self.velocity[i] = p.grad.clone()
            p.data.copy_(p.data - self.lr * self.velocity[i])


class Adam:
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.all = [(p, []) for p in parameters]
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps

    def step(self):
        """The means by their definition: a weighted sum over all gradients so far."""
        for p, past in self.all:
            past.append(p.grad.clone())
            t = len(past)
            m = sum((1 - self.b1) * self.b1 ** (t - 1 - i) * g for i, g in enumerate(past)) / (1 - self.b1**t)
            s = sum((1 - self.b2) * self.b2 ** (t - 1 - i) * g**2 for i, g in enumerate(past)) / (1 - self.b2**t)
            with torch.no_grad():
                p -= self.lr * m / (s**0.5 + self.eps)

# %%
def cross_entropy(logits, labels):
    losses = []
    for row, label in zip(logits, labels):
        true = row[int(label)]
        losses.append(torch.log(torch.exp(row - row.max()).sum()) + row.max() - true)
    return sum(losses) / len(losses)


def classify(net, x):
    labels = [max(range(len(row)), key=lambda j: row[j]) for row in net(x).tolist()]
    return torch.tensor(labels, dtype=torch.int64)


def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 20), nn.Tanh(), nn.Linear(20, 3))
    return net, torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)


def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 120), nn.ReLU(), nn.Linear(120, 1))
    return net, torch.optim.RMSprop(net.parameters(), lr=0.003)

# %%
def split(x, y, n_validation, seed):
    numbers = list(range(len(x)))
    random.Random(seed).shuffle(numbers)
    aside = sorted(numbers[:n_validation])
    rest = [i for i in range(len(x)) if i not in aside]
    return x[rest], y[rest], x[aside], y[aside]


def normalise(x_train, x_validation):
    x_train, x_validation = x_train.clone(), x_validation.clone()
    for j in range(x_train.shape[1]):
        mean = sum(x_train[:, j]) / len(x_train)
        std = (sum((x_train[:, j] - mean) ** 2) / len(x_train)) ** 0.5
        x_validation[:, j] = (x_validation[:, j] - mean) / std
        x_train[:, j] = (x_train[:, j] - mean) / std
    return x_train, x_validation


def evaluate(net, x, y):
    if net.training:
        net.eval()
        loss = evaluate(net, x, y)
        net.train()
        return loss
    with torch.no_grad():
        return l2_loss(net(x), y).item()


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses = [evaluate(net, x_validation, y_validation)]
    best = [p.detach().clone() for p in net.parameters()]
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        if losses[-1] < min(losses[:-1]):
            best = [p.detach().clone() for p in net.parameters()]
    for p, value in zip(net.parameters(), best):
        p.data = value
    return losses
