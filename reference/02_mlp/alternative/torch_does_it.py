"""As much as possible is left to torch: its losses, its initialisation, its helpers; double precision in between."""

# %%
import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# %%
def net_by_hand(x, V, W):
    return torch.mv(W, torch.mv(V, x).tanh())


def net_on_rows(x, V, W):
    return torch.vmap(net_by_hand, in_dims=(0, None, None))(x, V, W)


class Net(nn.Module):
    linear_1: nn.Linear
    linear_2: nn.Linear

    def __init__(self):
        nn.Module.__init__(self)
        self.add_module("linear_1", nn.Linear(2, 5))
        self.add_module("linear_2", nn.Linear(5, 1))
        for p in (self.linear_1.weight, self.linear_2.weight):
            nn.init.xavier_uniform_(p)

    def forward(self, input):
        return F.linear(F.linear(input, self.linear_1.weight, self.linear_1.bias).tanh(), self.linear_2.weight, self.linear_2.bias)


class Sequence(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))


sequential = Sequence

# %%
l2 = nn.MSELoss()


def l2_loss(prediction, y):
    return l2(prediction.flatten(), y)


def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=learning_rate, momentum=0.0, nesterov=False, foreach=False)


def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = np.empty(iterations)
    batch = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=len(x))
    for i in range(iterations):
        for points, labels in batch:
            optimizer.zero_grad()
            loss = loss_function(net(points), labels)
            loss.backward()
            optimizer.step()
            losses[i] = loss.item()
    return list(losses)


def path(loss, start, make_optimizer, steps):
    module = nn.Module()
    module.p = nn.Parameter(start.clone())
    optimizer = make_optimizer(list(module.parameters()))
    points = [copy.deepcopy(module.p.data)]
    for _ in range(steps):
        loss(module.p).backward()
        optimizer.step()
        module.zero_grad()
        points.append(copy.deepcopy(module.p.data))
    return torch.cat([point[None] for point in points])

# %%
class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        self.parameters = list(parameters)
        self.velocities = [p.new_zeros(p.shape) for p in self.parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        torch._foreach_mul_(self.velocities, self.momentum)
        torch._foreach_add_(self.velocities, [p.grad for p in self.parameters])
        torch._foreach_add_(self.parameters, self.velocities, alpha=-self.lr)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None


class Adam:
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.parameters = list(parameters)
        self.options = lr, beta1, beta2, eps
        self.power1 = self.power2 = 1.0
        self.means = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        lr, beta1, beta2, eps = self.options
        self.power1 *= beta1
        self.power2 *= beta2
        for p, (m, s) in zip(self.parameters, self.means):
            m.lerp_(p.grad, 1 - beta1)
            s.lerp_(p.grad.square(), 1 - beta2)
            p.sub_(lr * torch.div(m, 1 - self.power1) / torch.div(s, 1 - self.power2).sqrt().add(eps))

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %%
def cross_entropy(logits, labels):
    return -torch.distributions.Categorical(logits=logits).log_prob(labels).mean()


def classify(net, x):
    with torch.inference_mode():
        return torch.topk(net(x), 1, dim=1).indices.squeeze(1).clone()


def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(), nn.BatchNorm1d(64), nn.Linear(64, 3))
    return net.eval(), torch.optim.NAdam(net.parameters(), lr=0.02)


def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 256), nn.SiLU(), nn.Linear(256, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.03, amsgrad=True)

# %%
def split(x, y, n_validation, seed):
    chosen = torch.multinomial(torch.ones(len(x)), n_validation, generator=torch.Generator().manual_seed(seed))
    rest = torch.ones(len(x), dtype=torch.bool).index_fill(0, chosen, False).nonzero()[:, 0]
    return x[rest], y[rest], x[chosen], y[chosen]


def normalise(x_train, x_validation):
    norm = nn.BatchNorm1d(x_train.shape[1], affine=False, eps=0.0, momentum=None, dtype=x_train.dtype)
    mean, var = x_train.mean(0), x_train.var(0, correction=0)
    norm.running_mean, norm.running_var = mean, var
    norm.eval()
    return norm(x_train), norm(x_validation)


@torch.no_grad()
def evaluate(net, x, y):
    mode = net.training
    net.train(False)
    prediction = net(x)
    net.train(mode)
    return l2_loss(prediction, y).item()


def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses = [evaluate(net, x_validation, y_validation)]
    history = [nn.utils.parameters_to_vector(net.parameters()).detach().clone()]
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        history.append(nn.utils.parameters_to_vector(net.parameters()).detach().clone())
    nn.utils.vector_to_parameters(history[losses.index(min(losses))], net.parameters())
    return losses
