# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Assignment 2: A network in PyTorch
#
# You have built a machine that differentiates. PyTorch is the same machine, only larger, and it brings a box of
# building blocks. Here you take it apart once, so that you know what is inside, and then you use it.
#
# | | | points |
# |---|---|---|
# | Part 1 | The same network, three times | 12 |
# | Part 2 | Training | 14 |
# | Part 3 | What gradient descent leaves to wish for | 12 |
# | Part 4 | Classification | 11 |
# | Part 5 | A broad network | 4 |
# | Part 6 | Have you learned what you think? | 14 |
#
# **How to work.** Replace each `raise NotImplementedError` by your code and run the cell. In a terminal,
# `pytest assignments/02_mlp` tells you how far you are: every question is judged with inputs you have not
# seen, once those that it builds on are right. Before you hand in, choose *Restart and run all*.
#
# **What you may use.** All of torch and numpy, except where a question says otherwise. The grader also calls your functions
# with tensors of float64; what you make yourself must have the same dtype: `torch.zeros(3, dtype=x.dtype)`.

# %%
import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)  # small networks are faster without helpers

# %% [markdown]
# ## Part 1: The same network, three times
#
# ### 1.1 By hand (3 points)
#
# Two inputs, five hidden units, one output, and all of it in one line:
#
# $$\mathrm{net}(x) = W \tanh(V x)$$
#
# $V$ has shape `(5, 2)`, $W$ has shape `(1, 5)`, and one data point $x$ has shape `(2,)`. (Other sizes must work too.)

# %%
def net_by_hand(x, V, W):
    """W tanh(V x) for one data point.  x: (d,), V: (h, d), W: (m, h); the result has shape (m,)."""
    ### BEGIN SOLUTION
    return W @ torch.tanh(V @ x)
    ### END SOLUTION

# %% [markdown]
# ### 1.2 Many points at once (3 points)
#
# Nobody runs a network on one point at a time. In assignment 1 each *column* was a data point. PyTorch has it the
# other way: each **row** of `x` is one, and each row of the result is its output. So `x` has shape `(n, 2)` and the
# result `(n, 1)`. No loop is needed: which product of `x` and a transposed $V$ has the right shape?

# %%
def net_on_rows(x, V, W):
    """W tanh(V x) for each row of x.  x: (n, d), V: (h, d), W: (m, h); the result has shape (n, m)."""
    ### BEGIN SOLUTION
    return torch.tanh(x @ V.T) @ W.T
    ### END SOLUTION

# %% [markdown]
# ### 1.3 As a module (3 points)
#
# *More control.* An `nn.Linear(2, 5)` holds a matrix **and** a bias, gives them random start values, and works on
# rows. A class that inherits from `nn.Module` finds all layers that are its attributes, and collects their parameters.
# That is how an optimizer later knows what to change. (A layer hidden in a plain Python list is not found!)
#
# Call the layers `linear_1` (2 → 5) and `linear_2` (5 → 1), with tanh between them and nothing after the second one.

# %%
class Net(nn.Module):
    """2 inputs, 5 hidden units with tanh, 1 output."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.linear_1 = nn.Linear(2, 5)
        self.linear_2 = nn.Linear(5, 1)
        ### END SOLUTION

    def forward(self, x):
        """x: (n, 2); the result has shape (n, 1)."""
        ### BEGIN SOLUTION
        hidden = torch.tanh(self.linear_1(x))
        return self.linear_2(hidden)
        ### END SOLUTION

# %%
for name, parameter in Net().named_parameters():
    print(f"{name:16} {tuple(parameter.shape)}")

# %% [markdown]
# ### 1.4 As a sequence (3 points)
#
# When each layer simply feeds the next, `nn.Sequential` saves you the class. Build the same network again, from three
# modules in a row. An activation function is a module here, too: `nn.Tanh()`.

# %%
def sequential():
    """The network of 1.3 as an nn.Sequential."""
    ### BEGIN SOLUTION
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))
    ### END SOLUTION

# %% [markdown]
# One network with random parameters, seen from above: the colour is its output for each point of the plane.

# %%
def show_plane(axis, f, size=3.0, **style):
    """Colour the square from -size to size by f, which maps (n, 2) to n numbers."""
    line = torch.linspace(-size, size, 60)
    points = torch.cartesian_prod(line, line)
    with torch.no_grad():
        values = f(points).reshape(60, 60).T
    return axis.contourf(line, line, values, levels=20, **style)


torch.manual_seed(2)
fig, axes = plt.subplots(1, 3, figsize=(7, 2.2), sharey=True)
for axis in axes:
    show_plane(axis, Net())
    axis.set_aspect("equal")
plt.show()

# %% [markdown]
# ## Part 2: Training
#
# The lecture's task: learn $y = \sum_i x_i^2$ from 1000 random points, with *no hint* of what the function is.

# %%
torch.manual_seed(0)
x_data = torch.randn((1000, 2))
y_data = torch.sum(x_data**2, dim=1)

# %% [markdown]
# ### 2.1 L2 loss (3 points)
#
# $$L = \frac{1}{n} \sum_i \big(\mathrm{NN}(x_i) - y_i\big)^2$$
#
# **Look at the shapes first.** The network gives `(n, 1)`, but `y_data` has shape `(n,)`. Run the next cell.

# %%
prediction, y = torch.zeros((4, 1)), torch.ones(4)
print((prediction - y).shape)

# %% [markdown]
# No error, but 16 differences instead of 4: broadcasting compared every prediction with every label. A network trained
# on that learns the mean of all labels, and you will look for the mistake in vain. Bring both to the same shape.

# %%
def l2_loss(prediction, y):
    """The mean of (prediction - y)², a tensor of shape ().  prediction: (n, 1), y: (n,)."""
    ### BEGIN SOLUTION
    return torch.mean((prediction[:, 0] - y) ** 2)
    ### END SOLUTION

# %% [markdown]
# ### 2.2 Everything for a start (3 points)
#
# An optimizer needs to know which parameters it changes, and how large its steps are. `torch.optim.SGD` does what
# `descend` did in assignment 1.
#
# Training begins with random parameters, and so no two trainings are the same. With `torch.manual_seed(seed)` they
# are: call it before you make the network. Another seed must give another network. This question builds on 1.3.

# %%
def start(seed, learning_rate):
    """A new Net, and the torch.optim.SGD that will train it."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=learning_rate)
    ### END SOLUTION

# %% [markdown]
# ### 2.3 The training loop (8 points)
#
# Five lines that you will write again and again. In each iteration:
#
# 1. predict, for all of `x`,
# 2. compute the loss,
# 3. `loss.backward()`: every parameter gets its gradient,
# 4. `optimizer.step()`: every parameter takes its step,
# 5. `optimizer.zero_grad()`: forget the gradients, because `backward` adds to what it finds.
#
# Write down the loss of each iteration as a Python number (`loss.item()`), before the step of that iteration, and
# return the list. `loss_function` is called as `loss_function(prediction, y)`.
#
# *How it is graded:* the grader computes the losses itself, from the predictions of your network for points that your
# code has not seen. After 250 iterations with learning rate 0.1, the loss must be below 70 % of the variance of $y$
# for most of several seeds. (Whoever only knows the mean of $y$ gets 100 %.) It also compares single steps. This
# question builds on 2.1 and 2.2.

# %%
def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    """Train net on all of x and y; the losses, one number for each iteration."""
    ### BEGIN SOLUTION
    losses = []
    for _ in range(iterations):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
    ### END SOLUTION

# %%
fig, axes = plt.subplots(1, 3, figsize=(8, 2.4))
for learning_rate in [0.001, 0.1, 0.4]:
    net, optimizer = start(1, learning_rate)
    axes[0].plot(train(net, optimizer, x_data, y_data, 250), label=f"{learning_rate}")
    if learning_rate == 0.1:
        trained = net
axes[0].set(xlabel="iteration", ylabel="loss", yscale="log", ylim=(0.3, 100))
axes[0].legend(title="learning rate", title_fontsize=7, fontsize=7)
show_plane(axes[1], lambda x: torch.sum(x**2, dim=1), vmin=0, vmax=12)
show_plane(axes[2], trained, vmin=0, vmax=12)
axes[1].set_title("x₁² + x₂²")
axes[2].set_title("your network")
plt.show()

# %% [markdown]
# Too small a learning rate, and nothing has happened yet. Too large, and the network jumps about. And even the
# good one gives only a rough bowl after 250 iterations.

# %% [markdown]
# ## Part 3: What gradient descent leaves to wish for
#
# > *What if some gradients are much smaller than others? What happens when gradients disappear when loss is small?*
#
# Two parameters are enough to see it. This valley is steep across and flat along:

# %%
def valley(p):
    """A loss of p, shape (2,): flat in the first direction, steep in the second."""
    return 0.5 * (0.1 * p[0] ** 2 + 4.0 * p[1] ** 2)

# %% [markdown]
# The learning rate must suit the steep direction, or each step jumps across to the other side and higher up.
# For the flat direction that is far too little.
#
# Here is gradient descent as PyTorch has it, without what you don't need. An optimizer is an object that is given the
# parameters once, and then **steps**. All that you write in this part has this form, so your `train` of 2.3 will work
# with it as it does with `torch.optim`.

# %%
class GradientDescent:
    """p ← p − learning rate · gradient, for each parameter."""

    def __init__(self, parameters, lr):
        self.parameters = list(parameters)
        self.lr = lr

    def step(self):
        with torch.no_grad():  # the step itself is not to be differentiated
            for p in self.parameters:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% [markdown]
# ### 3.1 The way down (3 points)
#
# To compare optimizers we look at where they go. Start at the point `start` (and leave that tensor as it is), take
# `steps` steps, and return all points: the start, and the point after each step. `make_optimizer` is called with a
# **list** of parameters, here just one, and returns an optimizer. The function `loss` is called with that parameter.

# %%
def path(loss, start, make_optimizer, steps):
    """The points on the way down, a tensor of shape (steps + 1, 2).  start: a tensor of shape (2,)."""
    ### BEGIN SOLUTION
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        loss(p).backward()
        optimizer.step()
        optimizer.zero_grad()
        points.append(p.detach().clone())
    return torch.stack(points)
    ### END SOLUTION

# %%
def show_paths(optimizers, steps=40):
    """Draw the way of several optimizers through the valley."""
    along, across = torch.linspace(-5, 1.5, 80), torch.linspace(-1.6, 1.6, 60)
    heights = valley(torch.stack(torch.meshgrid(along, across, indexing="xy")))
    fig, axes = plt.subplots(1, len(optimizers), figsize=(3.2 * len(optimizers), 2.2), sharey=True, squeeze=False)
    for axis, (name, make_optimizer) in zip(axes[0], optimizers.items()):
        axis.contour(along, across, heights, levels=12, linewidths=0.5, cmap="Greys")
        points = path(valley, torch.tensor([-4.5, 1.2]), make_optimizer, steps)
        axis.plot(points[:, 0], points[:, 1], ".-", markersize=3, linewidth=0.8)
        axis.plot(0, 0, "k+")
        axis.set_title(name, fontsize=9)
    plt.show()


show_paths({
    "learning rate 0.1": lambda p: GradientDescent(p, lr=0.1),
    "learning rate 0.48": lambda p: GradientDescent(p, lr=0.48),
})

# %% [markdown]
# ### 3.2 Momentum (4 points)
#
# A ball that rolls down keeps its **velocity** $v$. Across the valley the gradients change sign and cancel. Along
# the valley they add up.
#
# $$v \leftarrow \mu\, v + \nabla_p \mathcal{L}, \qquad p \leftarrow p - \eta\, v$$
#
# At first $v = 0$; $\eta$ is the learning rate and $\mu$ the momentum. Each parameter has a velocity of its own, of
# the parameter's shape. Don't use `torch.optim` in this question and the next.

# %%
class Momentum(GradientDescent):
    """Gradient descent with momentum."""

    def __init__(self, parameters, lr, momentum=0.9):
        ### BEGIN SOLUTION
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.parameters]
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v.mul_(self.momentum).add_(p.grad)
                p -= self.lr * v
        ### END SOLUTION

# %% [markdown]
# ### 3.3 Adam (5 points)
#
# *Variable learning rates and momentum.* Adam (*adaptive moment estimation*) keeps two running means: $m$ of the
# gradient, and $s$ of its **square**. Where gradients are small, $\sqrt{s}$ is small, too, and dividing by it makes
# the steps large. In step number $t = 1, 2, 3, \ldots$, with $g = \nabla_p \mathcal{L}$,
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat s = \frac{s}{1 - \beta_2^t}, \qquad
# p \leftarrow p - \eta\, \frac{\hat m}{\sqrt{\hat s} + \epsilon}.$$
#
# Both means begin at 0, so at first they are too small. The hats correct that: check that after the first step
# $\hat m = g$.

# %%
class Adam(GradientDescent):
    """Adam (Kingma and Ba, 2015)."""

    def __init__(self, parameters, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        ### BEGIN SOLUTION
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        self.t += 1
        with torch.no_grad():
            for p, m, s in zip(self.parameters, self.means, self.squares):
                m.mul_(self.beta1).add_((1 - self.beta1) * p.grad)
                s.mul_(self.beta2).add_((1 - self.beta2) * p.grad**2)
                m_hat = m / (1 - self.beta1**self.t)
                s_hat = s / (1 - self.beta2**self.t)
                p -= self.lr * m_hat / (s_hat.sqrt() + self.eps)
        ### END SOLUTION

# %%
show_paths({
    "gradient descent": lambda p: GradientDescent(p, lr=0.1),
    "momentum": lambda p: Momentum(p, lr=0.1, momentum=0.8),
    "Adam": lambda p: Adam(p, lr=0.4),
})

# %% [markdown]
# Both are at the bottom where gradient descent is still on its way. The same three, on the lecture's network:

# %%
plt.figure(figsize=(4.5, 2.4))
for name, make_optimizer in {
    "gradient descent": lambda p: GradientDescent(p, lr=0.1),
    "momentum": lambda p: Momentum(p, lr=0.03),
    "Adam": lambda p: Adam(p, lr=0.1),
}.items():
    torch.manual_seed(1)
    net = Net()
    plt.plot(train(net, make_optimizer(net.parameters()), x_data, y_data, 150), label=name)
plt.xlabel("iteration")
plt.ylabel("loss")
plt.yscale("log")
plt.legend(fontsize=8)
plt.show()

# %% [markdown]
# ## Part 4: Classification
#
# > *Output of network is a probability distribution over labels.*
#
# Which ring does a point lie on? The data comes with numbers 0, 1, 2 as labels, in an int64 tensor of shape `(n,)`.

# %%
def rings(n, seed):
    """n points on three rings: a float32 tensor (n, 2), and labels 0, 1, 2 of shape (n,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, size=n)
    radius = 0.5 + labels + rng.normal(scale=0.12, size=n)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return torch.tensor(points, dtype=torch.float32), torch.tensor(labels)


x_rings, labels_rings = rings(300, seed=0)
plt.figure(figsize=(2.4, 2.4))
plt.scatter(*x_rings.T, c=labels_rings, s=6)
plt.show()

# %% [markdown]
# ### 4.1 Cross-entropy (4 points)
#
# For three labels the network has three outputs, the **logits** $z$: any numbers. Softmax makes probabilities of them,
# and the loss is $-\log$ of the true label's probability:
#
# $$L = -\log p_y, \qquad \log p_j = z_j - \log \sum_l e^{z_l}$$
#
# Return the mean over all rows. Logits may be as large as 10,000: `torch.logsumexp` knows how. Don't use torch's own
# `cross_entropy`, `nll_loss` or `log_softmax` here. (You may from now on. Note that torch's `cross_entropy` wants
# *logits*: whoever gives it probabilities applies softmax twice, and the network learns slowly and badly.)

# %%
def cross_entropy(logits, labels):
    """The mean of -log p[label] over rows, a tensor of shape ().  logits: (n, k); labels: int64 (n,)."""
    ### BEGIN SOLUTION
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_p[torch.arange(len(labels)), labels].mean()
    ### END SOLUTION

# %% [markdown]
# ### 4.2 The decision (3 points)
#
# Asked for one label, the network says the one with the largest logit. There is no need for softmax: why?

# %%
def classify(net, x):
    """The label that net gives to each row of x, an int64 tensor of shape (n,)."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        return net(x).argmax(dim=1)
    ### END SOLUTION

# %% [markdown]
# ### 4.3 Tell the rings apart (4 points)
#
# Make a network from two inputs to three logits, with one hidden layer or two, and an optimizer (torch's or
# yours) that trains it well. What comes out are logits: nothing follows the last layer.
#
# *How it is graded:* with `train(net, optimizer, x, labels, 200, cross_entropy)` on 300 points like those above. Then
# the grader computes the cross-entropy for 300 other points. It must be below 0.3 for most of several seeds. (Whoever
# knows nothing pays log 3 ≈ 1.1.) This question builds on 2.3 and 4.1.

# %%
def start_classifier(seed):
    """A new network for three labels, made from the seed, and its optimizer."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 3))
    return net, torch.optim.Adam(net.parameters(), lr=0.03)
    ### END SOLUTION

# %%
net, optimizer = start_classifier(0)
losses = train(net, optimizer, x_rings, labels_rings, 200, cross_entropy)
fig, axes = plt.subplots(1, 2, figsize=(6, 2.4))
axes[0].plot(losses)
axes[0].set(xlabel="iteration", ylabel="cross-entropy", ylim=(0, None))
show_plane(axes[1], lambda x: classify(net, x).float(), alpha=0.4)
axes[1].scatter(*x_rings.T, c=labels_rings, s=4)
axes[1].set_aspect("equal")
plt.show()

# %% [markdown]
# ## Part 5: A broad network
#
# ### 5.1 Universal approximator (4 points)
#
# > *Neural networks are universal function approximators.*
#
# One hidden layer will do for any function, if it is **broad**: each hidden unit adds one bend to the curve. Make a
# network from one input to one output with **one** hidden layer of at least 50 units, and an optimizer that trains it
# well. With $h$ hidden units it has $h$ weights and $h$ biases, $h$ weights to the output, whose bias you may leave out,
# and no other parameters.
#
# *How it is graded:* the grader trains it with your `train` for 300 iterations on 100 points of a curve between −2 and
# 2 that you have not seen. The curve goes up and down about as often as this one. The loss at points in between must
# be below 10 % of the variance of $y$ for most of several seeds. This question builds on 2.3.

# %%
def start_broad(seed):
    """A new network with one broad hidden layer, made from the seed, and its optimizer."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 200), nn.ReLU(), nn.Linear(200, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.02)
    ### END SOLUTION

# %%
x_curve = torch.linspace(-2, 2, 100)[:, None]
y_curve = torch.sin(3 * x_curve[:, 0]) + 0.5 * torch.abs(x_curve[:, 0])
net, optimizer = start_broad(0)
plt.figure(figsize=(4.5, 2.4))
plt.plot(x_curve, y_curve, "k.", markersize=3, label="data")
for iterations in [20, 80, 200]:
    train(net, optimizer, x_curve, y_curve, iterations)
    plt.plot(x_curve, net(x_curve).detach(), label=f"{iterations} more iterations")
plt.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## Part 6: Have you learned what you think?
#
# So far we looked at the loss for the points that the network was trained on. A network with enough parameters can
# learn these **by heart**, noise and all, and know nothing about any other point. So put some points aside, never
# train on them, and ask only at the end: the **validation** points.
#
# ### 6.1 Split (3 points)
#
# Put `n_validation` points aside, picked at random: data often comes sorted. Each point is on one side or the other,
# never on both, and keeps its own $y$. The same seed must give the same split.

# %%
def split(x, y, n_validation, seed):
    """x_train, y_train, x_validation, y_validation.  x: (n, d), y: (n,)."""
    ### BEGIN SOLUTION
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    validation, training = order[:n_validation], order[n_validation:]
    return x[training], y[training], x[validation], y[validation]
    ### END SOLUTION

# %% [markdown]
# ### 6.2 Normalise (3 points)
#
# Networks learn best from inputs of about the same size. So each column is shifted and scaled to mean 0 and
# standard deviation 1. But whose mean? That of the **training** points, for both sets: what you know about the
# validation points is nothing, not even their mean. A column's standard deviation is
# $\sigma = \sqrt{\frac{1}{n} \sum_i (x_i - \mu)^2}$ (torch's `std` divides by $n - 1$ unless told `correction=0`).

# %%
def normalise(x_train, x_validation):
    """Both, column by column, shifted and scaled such that x_train has mean 0 and standard deviation 1."""
    ### BEGIN SOLUTION
    mean, std = x_train.mean(dim=0), x_train.std(dim=0, correction=0)
    return (x_train - mean) / std, (x_validation - mean) / std
    ### END SOLUTION

# %% [markdown]
# ### 6.3 Evaluate (4 points)
#
# Some layers behave differently in training: dropout, for one, switches random units off. `net.eval()` tells all
# layers that it is serious now, `net.train()` switches back, and `net.training` says which it is. An evaluation must
# not change anything: leave the network in the mode in which you found it, and compute no gradients. This question
# builds on 2.1.

# %%
def evaluate(net, x, y):
    """The L2 loss of net in evaluation mode, as a Python number."""
    ### BEGIN SOLUTION
    mode = net.training
    net.eval()
    with torch.no_grad():
        loss = l2_loss(net(x), y).item()
    net.train(mode)
    return loss
    ### END SOLUTION

# %% [markdown]
# ### 6.4 Stop when it is best (4 points)
#
# Look at the validation loss every now and then, and keep the network that was **best**, not the last one. Begin with
# the untrained network (round 0). After each of `rounds` rounds of `iterations` training iterations, evaluate. In the
# end, put the best parameters back into `net` and return all validation losses.
#
# Mind that `net.state_dict()` does not copy: it holds the very tensors that training goes on to change.
# `copy.deepcopy` copies. `net.load_state_dict` puts parameters back.
#
# This question builds on 2.3 and 6.3.

# %%
def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    """Train, and leave net as it was when its validation loss was lowest; the rounds + 1 validation losses."""
    ### BEGIN SOLUTION
    losses = [evaluate(net, x_validation, y_validation)]
    best = copy.deepcopy(net.state_dict())
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        if losses[-1] == min(losses):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return losses
    ### END SOLUTION

# %% [markdown]
# Forty noisy points, half of them put aside, and a network that is far too large for them. (Its hidden units are made
# steep, so that its curve can wiggle.)

# %%
torch.manual_seed(1)
x_noisy = torch.sort(4 * torch.rand(40) - 2).values[:, None]
y_noisy = torch.sin(2 * x_noisy[:, 0]) + 0.4 * torch.randn(40)
x_train, y_train, x_validation, y_validation = split(x_noisy, y_noisy, 20, seed=0)
n_train, n_validation = normalise(x_train, x_validation)


def start_wiggly():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 200), nn.Tanh(), nn.Linear(200, 1))
    with torch.no_grad():
        net[0].weight *= 8
        net[0].bias *= 8
    return net, torch.optim.Adam(net.parameters(), lr=0.01)


fig, axes = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
axes[0].plot(x_train, y_train, "k.", label="training")
axes[0].plot(x_validation, y_validation, "C3+", label="validation")
line = torch.linspace(-2, 2, 200)[:, None]
for name, colour in [("best", "C2"), ("last", "C1")]:
    net, optimizer = start_wiggly()
    if name == "best":
        losses = train_best(net, optimizer, n_train, y_train, n_validation, y_validation, 20, 10)
        axes[1].plot(range(0, 201, 10), losses, "C3", label="validation")
    else:
        losses = train(net, optimizer, n_train, y_train, 200)
        axes[1].plot(losses, "k", label="training")
    axes[0].plot(line, net(normalise(x_train, line)[1]).detach(), colour, label=name)
axes[0].set(ylim=(-2.2, 2.2))
axes[0].legend(fontsize=6)
axes[1].set(xlabel="iteration", ylabel="loss", ylim=(0, 1.2))
axes[1].legend(fontsize=7)
plt.show()

# %% [markdown]
# The training loss falls and falls, while the validation loss turns round: from there on the network learns the
# noise. And one warning: whoever picks the best of many networks by the validation loss has used it, and needs a
# *third* set of points to say how good the chosen one is.
