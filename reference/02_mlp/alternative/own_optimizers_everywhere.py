"""All training uses the optimizers written here; recursion and small helpers; softplus where two labels meet."""

# %%
import copy

import numpy as np
import torch
from torch import nn

# %%
def net_by_hand(x, V, W):
    z = V.matmul(x)
    e = torch.exp(-2 * z.abs())
    return W.matmul(torch.sign(z) * (1 - e) / (1 + e))


def net_on_rows(x, V, W):
    return W.matmul(V.matmul(x.T).tanh()).T

# %%
class Net(nn.Module):
    def __init__(self, hidden=5):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(2, hidden), nn.Linear(hidden, 1)
        self.activation = nn.Tanh()

    def forward(self, x):
        return self.linear_2(self.activation(self.linear_1(x)))


def sequential():
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Sequential(nn.Linear(5, 1)))


def l2_loss(prediction, y):
    return (prediction - y.view(-1, 1)).pow(2).mean()

# %%
class Optimizer:
    def __init__(self, parameters):
        self.parameters = tuple(parameters)
        self.steps = 0

    def zero_grad(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad.zero_()

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for i, p in enumerate(self.parameters):
                p.copy_(p - self.change(i, p.grad))


class Descent(Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters)
        self.lr = lr

    def change(self, i, gradient):
        return self.lr * gradient


class Momentum(Optimizer):
    def __init__(self, parameters, lr, momentum=0.9):
        super().__init__(parameters)
        self.lr, self.momentum = lr, momentum
        self.last = [None] * len(self.parameters)

    def change(self, i, gradient):
        """The velocity, with the learning rate in it."""
        old = 0 if self.last[i] is None else self.last[i]
        self.last[i] = self.momentum * old + self.lr * gradient
        return self.last[i]


class Adam(Optimizer):
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(parameters)
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.s = [[torch.zeros_like(p) for p in self.parameters] for _ in range(2)]

    def change(self, i, gradient):
        m = self.m[i] = self.m[i] + (1 - self.beta1) * (gradient - self.m[i])
        s = self.s[i] = self.s[i] + (1 - self.beta2) * (gradient**2 - self.s[i])
        m_hat, s_hat = m / (1 - self.beta1**self.steps), s / (1 - self.beta2**self.steps)
        return self.lr * m_hat / (torch.sqrt(s_hat) + self.eps)

# %%
def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, Descent(net.parameters(), learning_rate)


def one_iteration(net, optimizer, x, y, loss_function):
    loss = loss_function(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    return [one_iteration(net, optimizer, x, y, loss_function) for _ in range(iterations)]


def path(loss, start, make_optimizer, steps):
    p = torch.empty_like(start).copy_(start).requires_grad_()
    optimizer = make_optimizer([p])
    points = [start]
    while len(points) <= steps:
        optimizer.zero_grad()
        torch.autograd.backward(loss(p))
        optimizer.step()
        points.append(p.data.clone())
    return torch.stack(points)

# %%
def cross_entropy(logits, labels):
    """log(e^a + e^b) = a + softplus(b - a), from one label to the next."""
    total = logits[:, 0]
    for j in range(1, logits.shape[1]):
        high, low = torch.maximum(total, logits[:, j]), torch.minimum(total, logits[:, j])
        total = high + nn.functional.softplus(low - high)
    return torch.mean(total - torch.take_along_dim(logits, labels[:, None], dim=1).squeeze(1))


def classify(net, x):
    return torch.sort(net(x), dim=1, descending=True).indices[:, 0]


def start_classifier(seed):
    generator = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 40), nn.ELU(), nn.Linear(40, 3))
    for p in net.parameters():
        nn.init.normal_(p, std=0.5, generator=generator)
    return net, Adam(net.parameters(), lr=0.03)


def start_broad(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(1, 150), nn.GELU(), nn.Linear(150, 1))
    with torch.no_grad():
        net[0].weight *= 3
        net[0].bias *= 3
    return net, Adam(net.parameters(), lr=0.02)

# %%
def split(x, y, n_validation, seed):
    torch.manual_seed(seed)
    order = torch.argsort(torch.rand(len(x)))
    parts = [data[order].split([len(x) - n_validation, n_validation]) for data in (x, y)]
    return parts[0][0], parts[1][0], parts[0][1], parts[1][1]


def normalise(x_train, x_validation):
    mean = x_train.mean(0)
    centred = x_train - mean
    scale = centred.square().mean(0).rsqrt()
    return centred * scale, (x_validation - mean) * scale


def evaluate(net, x, y):
    frozen = copy.deepcopy(net).eval()
    return l2_loss(frozen(x), y).item()


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    best_loss, losses = float("inf"), []
    for _ in range(rounds):
        losses.append(evaluate(net, x_validation, y_validation))
        if losses[-1] < best_loss:
            best_loss, best = losses[-1], copy.deepcopy(net.state_dict())
        train(net, optimizer, x_train, y_train, iterations)
    losses.append(evaluate(net, x_validation, y_validation))
    if losses[-1] >= best_loss:
        net.load_state_dict(best)
    return losses
