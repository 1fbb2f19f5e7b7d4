"""Layers in nn.ModuleList and loops over them; widths and activations as arguments; torch.optim for all training."""

# %%
import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# %%
def net_by_hand(x, V, W):
    return F.linear(torch.tanh(F.linear(x, V)), W)


def net_on_rows(x, V, W):
    return F.linear(F.linear(x, V).tanh(), W)

# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        for i, (n_in, n_out) in enumerate([(2, 5), (5, 1)], start=1):
            setattr(self, f"linear_{i}", nn.Linear(n_in, n_out))

    def forward(self, x):
        x = F.tanh(self.linear_1(x))
        x = self.linear_2(x)
        return x


class Stack(nn.Module):
    """Linear layers with an activation between them."""

    def __init__(self, *sizes, activation=torch.relu):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.activation = activation

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


def sequential():
    net = nn.Sequential()
    net.add_module("in", nn.Linear(2, 5))
    net.add_module("activation", nn.Tanh())
    net.add_module("out", nn.Linear(5, 1))
    return net

# %%
def l2_loss(prediction, y):
    return F.mse_loss(prediction, y.unsqueeze(1))


def start(seed, learning_rate):
    torch.random.manual_seed(seed)
    net = Net()
    optimizer = torch.optim.SGD([{"params": net.linear_1.parameters()}, {"params": net.linear_2.parameters()}], lr=learning_rate)
    return net, optimizer


def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    net.train()

    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = loss_function(net(x), y)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(iterations)]

# %%
def path(loss, start, make_optimizer, steps):
    p = start.detach().clone().requires_grad_(True)
    optimizer = make_optimizer([p])

    def points():
        yield p.tolist()
        for _ in range(steps):
            p.grad = None
            loss(p).backward()
            optimizer.step()
            yield p.tolist()

    return torch.tensor(list(points()), dtype=start.dtype)


class Momentum:
    """As a torch.optim.Optimizer."""

    def __new__(cls, parameters, lr, momentum=0.9):
        return MomentumOptimizer(parameters, {"lr": lr, "momentum": momentum})


class MomentumOptimizer(torch.optim.Optimizer):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "v" not in state:
                    state["v"] = torch.zeros_like(p)
                state["v"] = group["momentum"] * state["v"] + p.grad
                p.add_(state["v"], alpha=-group["lr"])


class Adam(torch.optim.Optimizer):
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(parameters, {"lr": lr, "betas": (beta1, beta2), "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), s=torch.zeros_like(p))
                state["t"] += 1
                state["m"].lerp_(p.grad, 1 - beta1)
                state["s"].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                m = state["m"] / (1 - beta1 ** state["t"])
                s = state["s"] / (1 - beta2 ** state["t"])
                p.addcdiv_(m, s.sqrt().add_(group["eps"]), value=-group["lr"])

# %%
def cross_entropy(logits, labels):
    true = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return (torch.logsumexp(logits, dim=1) - (logits * true).sum(dim=1)).mean()


@torch.no_grad()
def classify(net, x):
    return torch.softmax(net(x), dim=1).argmax(dim=-1)


def start_classifier(seed):
    torch.manual_seed(seed)
    net = Stack(2, 16, 16, 3)
    return net, torch.optim.AdamW(net.parameters(), lr=0.02)


def start_broad(seed):
    torch.manual_seed(seed)
    net = Stack(1, 100, 1, activation=torch.tanh)
    return net, torch.optim.Adam(net.parameters(), lr=0.03)

# %%
def split(x, y, n_validation, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    training, validation = torch.utils.data.random_split(range(len(x)), [len(x) - n_validation, n_validation], generator)
    return x[training.indices], y[training.indices], x[validation.indices], y[validation.indices]


def normalise(x_train, x_validation):
    std, mean = torch.std_mean(x_train, dim=0, unbiased=False)
    return tuple((x - mean) / std for x in (x_train, x_validation))


def evaluate(net, x, y):
    before = {module: module.training for module in net.modules()}
    net.eval()
    with torch.no_grad():
        loss = l2_loss(net(x), y)
    for module, mode in before.items():
        module.training = mode
    return loss.item()


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    def look():
        return evaluate(net, x_validation, y_validation)

    losses = [look()]
    lowest, best = losses[0], copy.deepcopy(net)
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(look())
        if losses[-1] < lowest:
            lowest, best = losses[-1], copy.deepcopy(net)
    with torch.no_grad():
        for mine, its in zip(net.parameters(), best.parameters()):
            mine.copy_(its)
    return losses
