"""The output layer is defined first; layers find their sizes themselves; no bias where none is needed."""

# %%
from copy import deepcopy

import numpy as np
import torch
from torch import nn

# %%
def net_by_hand(x, V, W):
    return (W * (V * x).sum(dim=1).tanh()).sum(dim=1)


def net_on_rows(x, V, W):
    return torch.tensordot(torch.tensordot(x, V, dims=([1], [1])).tanh(), W, dims=([1], [1]))

# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear_2 = nn.LazyLinear(1)
        self.linear_1 = nn.LazyLinear(5)

    def forward(self, x):
        return self.linear_2(torch.tanh(self.linear_1(x)))


def sequential():
    return nn.Sequential(nn.LazyLinear(5), nn.Tanh(), nn.LazyLinear(1))

# %%
def l2_loss(prediction, y):
    return torch.var(prediction.ravel() - y, correction=0) + (prediction.ravel() - y).mean().square()


def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(reversed(list(net.parameters())), lr=learning_rate)


def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    def step():
        optimizer.zero_grad()
        loss = loss_function(net(x), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    return [step() for _ in range(iterations)]

# %%
def path(loss, start, make_optimizer, steps):
    p = nn.Parameter(start.clone())
    optimizer = make_optimizer([p])
    points = torch.empty((steps + 1, len(start)), dtype=start.dtype)
    points[0] = start
    for i in range(1, steps + 1):
        (p.grad,) = torch.autograd.grad(loss(p), p)
        optimizer.step()
        points[i] = p.detach()
    return points


class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        self.velocity = {p: 0 for p in parameters}
        self.lr, self.momentum = lr, momentum

    def step(self):
        for p in self.velocity:
            self.velocity[p] = self.momentum * self.velocity[p] + p.grad
            p.data -= self.lr * self.velocity[p]

    def zero_grad(self):
        for p in self.velocity:
            p.grad = None


class Adam(Momentum):
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.velocity = {p: (0, 0) for p in parameters}
        self.lr, self.beta, self.eps = lr, np.array([beta1, beta2]), eps
        self.correction = np.ones(2)

    def step(self):
        self.correction = self.correction * self.beta
        b1, b2 = self.beta.tolist()
        c1, c2 = (1 - self.correction).tolist()
        for p, (m, s) in self.velocity.items():
            m, s = b1 * m + (1 - b1) * p.grad, b2 * s + (1 - b2) * p.grad.square()
            self.velocity[p] = m, s
            p.data -= self.lr / c1 * m / (torch.sqrt(s / c2) + self.eps)

# %%
def cross_entropy(logits, labels):
    largest = logits.amax(dim=1, keepdim=True)
    rest = logits - largest
    return (rest.exp().sum(dim=1).log() - rest.take_along_dim(labels[:, None], dim=1)[:, 0]).mean()


def classify(net, x):
    return torch.sort(net(x), dim=1, descending=True).indices[:, 0]


def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.LazyLinear(24), nn.Tanh(), nn.LazyLinear(3, bias=False))
    return net, Adam(net.parameters(), lr=0.05)


class Broad(nn.Module):
    """The parameters of the output come first, and it has no bias."""

    def __init__(self, hidden=120):
        super().__init__()
        self.output = nn.LazyLinear(1, bias=False)
        self.hidden = nn.LazyLinear(hidden)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


def start_broad(seed):
    torch.manual_seed(seed)
    net = Broad()
    return net, torch.optim.Adam(net.parameters(), lr=0.02)

# %%
def split(x, y, n_validation, seed):
    aside = np.zeros(len(x), dtype=bool)
    aside[np.random.default_rng(seed).choice(len(x), n_validation, replace=False)] = True
    return x[~aside], y[~aside], x[aside], y[aside]


def normalise(x_train, x_validation):
    mean = x_train.mean(dim=0)
    scale = torch.rsqrt((x_train - mean).square().mean(dim=0))
    return scale * (x_train - mean), scale * (x_validation - mean)


def evaluate(net, x, y):
    modes = [module.training for module in net.modules()]
    try:
        with torch.inference_mode():
            return float(l2_loss(net.eval()(x), y))
    finally:
        for module, mode in zip(net.modules(), modes):
            module.training = mode


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    found = []
    for i in range(rounds + 1):
        if i:
            train(net, optimizer, x_train, y_train, iterations)
        found.append((evaluate(net, x_validation, y_validation), deepcopy(net.state_dict())))
    net.load_state_dict(min(found, key=lambda pair: pair[0])[1])
    return [loss for loss, _ in found]
