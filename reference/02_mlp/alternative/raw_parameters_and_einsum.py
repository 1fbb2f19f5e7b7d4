"""einsum instead of transposes; networks that are plain classes with a list of raw parameters; state in dataclasses."""

# %%
import copy

import numpy as np
import torch
from torch import nn
from dataclasses import dataclass

# %%
def net_by_hand(x, V, W):
    hidden = torch.tanh(torch.einsum("hd,d->h", V, x))
    return torch.einsum("mh,h->m", W, hidden)


def net_on_rows(x, V, W):
    return torch.einsum("mh,nh->nm", W, torch.tanh(torch.einsum("hd,nd->nh", V, x)))

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
    layers = [nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1)]
    return nn.Sequential(*layers)

# %%
def l2_loss(prediction, y):
    difference = prediction.squeeze(1) - y
    return difference @ difference / len(y)


def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(params=list(net.parameters()), lr=learning_rate)


def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = torch.zeros(iterations, dtype=torch.float64)
    for i in range(iterations):
        optimizer.zero_grad()
        loss = loss_function(net(x), y)
        losses[i] = loss.detach()
        loss.backward()
        optimizer.step()
    return losses.tolist()

# %%
def path(loss, start, make_optimizer, steps):
    p = torch.nn.Parameter(start.clone())
    optimizer = make_optimizer([p])
    points = torch.empty((steps + 1, *start.shape), dtype=start.dtype)
    for i in range(steps + 1):
        points[i] = p.detach()
        if i < steps:
            optimizer.zero_grad()
            loss(p).backward()
            optimizer.step()
    return points


@dataclass
class Rolling:
    parameter: torch.Tensor
    velocity: float | torch.Tensor = 0.0


class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        self.states = [Rolling(parameter) for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    def step(self):
        for state in self.states:
            state.velocity = self.momentum * state.velocity + state.parameter.grad
            state.parameter.data = state.parameter.data - self.lr * state.velocity

    def zero_grad(self):
        for state in self.states:
            state.parameter.grad = torch.zeros_like(state.parameter)


@dataclass
class Moments:
    parameter: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor
    count: int = 0


class Adam:
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.states = [Moments(p, torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
        self.lr, self.betas, self.eps = lr, (beta1, beta2), eps

    def step(self):
        beta1, beta2 = self.betas
        for state in self.states:
            g = state.parameter.grad
            state.count += 1
            state.first = beta1 * state.first + (1 - beta1) * g
            state.second = beta2 * state.second + (1 - beta2) * g * g
            size = self.lr * np.sqrt(1 - beta2**state.count) / (1 - beta1**state.count)
            eps = self.eps * np.sqrt(1 - beta2**state.count)
            state.parameter.data -= size * state.first / (state.second.sqrt() + eps)

    def zero_grad(self):
        for state in self.states:
            state.parameter.grad = None

# %%
def cross_entropy(logits, labels):
    largest = logits.max(dim=1, keepdim=True).values
    z = logits - largest
    return (torch.log(torch.exp(z).sum(dim=1)) - z.gather(1, labels[:, None])[:, 0]).mean()


def classify(net, x):
    return torch.max(net(x), dim=1).indices


class Layers:
    """A network without nn.Module."""

    def __init__(self, *sizes):
        self.weights = [
            (torch.randn(b, a) / a**0.5).requires_grad_() for a, b in zip(sizes, sizes[1:])
        ]
        self.biases = [torch.randn(b).requires_grad_() for b in sizes[1:]]

    def parameters(self):
        return [*self.weights, *self.biases]

    def __call__(self, x):
        for i, (W, b) in enumerate(zip(self.weights, self.biases)):
            x = x @ W.T + b if i == 0 else torch.tanh(x) @ W.T + b
        return x


def start_classifier(seed):
    torch.manual_seed(seed)
    net = Layers(2, 24, 3)
    return net, Adam(net.parameters(), lr=0.05)

# %%
def start_broad(seed):
    torch.manual_seed(seed)
    net = Layers(1, 80, 1)
    with torch.no_grad():
        net.weights[0] *= 2
        net.biases[0] *= 2
    return net, Adam(net.parameters(), lr=0.02)

# %%
def split(x, y, n_validation, seed):
    shuffled = np.random.default_rng(seed).permutation(len(x))
    aside = np.zeros(len(x), dtype=bool)
    aside[shuffled[:n_validation]] = True
    aside = torch.from_numpy(aside)
    return x[~aside], y[~aside], x[aside], y[aside]


def normalise(x_train, x_validation):
    mean = torch.einsum("nd->d", x_train) / len(x_train)
    std = torch.sqrt(torch.einsum("nd,nd->d", x_train - mean, x_train - mean) / len(x_train))
    return (x_train - mean) / std, (x_validation - mean) / std


def evaluate(net, x, y):
    was_training = net.training
    try:
        with torch.inference_mode():
            return float(l2_loss(net.eval()(x), y))
    finally:
        net.train(was_training)


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses, states = [], []
    for i in range(rounds + 1):
        if i:
            train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        states.append({name: value.clone() for name, value in net.state_dict().items()})
    net.load_state_dict(states[int(np.argmin(losses))])
    return losses
