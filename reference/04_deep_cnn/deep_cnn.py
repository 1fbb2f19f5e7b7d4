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
# # Assignment 4: A deep CNN
#
# > Find images with an angle: we don't care *where* in the image it is.
#
# A single kernel finds a line. An angle is two lines that meet, in any rotation, so no single kernel will do: *we make
# it deep, so that kernels can be combined*. First you build the pieces of a deep network by hand, then you put the
# lecture's network together, train it, and look into its head.
#
# | | | points |
# |---|---|---|
# | Part 1 | Building blocks | 12 |
# | Part 2 | The network | 13 |
# | Part 3 | Training | 17 |
# | Part 4 | What does it look at? | 6 |
#
# **How to work.** Replace each `raise NotImplementedError` by your code and run the cell. In a terminal,
# `pytest assignments/04_deep_cnn` tells you how far you are: every question is judged with inputs you have
# not seen, once those that it builds on are right. Before you hand in, choose *Restart and run all*.
#
# **What you hand in.** This notebook, and from question 3.4 on the file `weights.safetensors` with what your network has
# learned. You may train it anywhere: on a laptop, or on a machine with a GPU.
#
# **What you may use.** In Part 1 tensors and their arithmetic, but nothing from `torch.nn`: that is what you build. Later
# all of PyTorch. The grader also calls your functions with tensors of float64; what you make yourself must have the same
# dtype: `torch.zeros(3, dtype=x.dtype)`.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from autograder.datasets import angles

# %% [markdown]
# `angles(count, seed=...)` draws images and their labels: 1 where there is an angle in the image, 0 where there is one
# straight line, two lines that do not meet, or nothing but noise. Some are faint and some are clear.

# %%
images, labels = angles(12, seed=0)
fig, axes = plt.subplots(2, 6, figsize=(9, 3.2))
for axis, image, label in zip(axes.flat, images, labels):
    axis.imshow(image[0], cmap="gray", vmin=-0.3, vmax=1.3)
    axis.set_title("angle" if label else "none", fontsize=9)
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Part 1: Building blocks
#
# Images come in batches of shape `(n, channels, height, width)`. Our images have one channel. Inside the network there
# will be 32, one for each kernel.
#
# ### 1.1 Convolution with channels (3 points)
#
# Place the kernel everywhere, multiply and sum. What is new: there are several input channels, and the sum goes over all
# of them; and there are several kernels, each of which makes one output channel. With a $k \times k$ kernel,
#
# $$y_{n,o,r,s} = b_o + \sum_c \sum_{i=0}^{k-1} \sum_{j=0}^{k-1} w_{o,c,i,j}\; x_{n,c,r+i,s+j}.$$
#
# The kernel stays inside the image: there is no padding.
#
# Loop over the $k \times k$ positions in the kernel, not over the pixels. Each adds a shifted piece of the images,
# and `torch.einsum("ncrs,oc->nors", piece, w)` does the sum over $c$.

# %%
def conv(images, weight, bias):
    """images (n, c, h, w), weight (o, c, k, k), bias (o,): the convolution, (n, o, h - k + 1, w - k + 1)."""
    ### BEGIN SOLUTION
    k = weight.shape[-1]
    height, width = images.shape[2] - k + 1, images.shape[3] - k + 1
    result = bias.reshape(-1, 1, 1)
    for i in range(k):
        for j in range(k):
            piece = images[:, :, i : i + height, j : j + width]
            result = result + torch.einsum("ncrs,oc->nors", piece, weight[:, :, i, j])
    return result
    ### END SOLUTION

# %% [markdown]
# ### 1.2 Max pooling (2 points)
#
# *We don't care where in the image it is.* So of each block of $k \times k$ pixels keep the largest. Blocks do not overlap,
# and rows and columns that do not fill a block are left out: 8 pixels with $k = 3$ become 2.

# %%
def max_pool(images, k):
    """The maximum of each k × k block: (n, c, h, w) becomes (n, c, h // k, w // k)."""
    ### BEGIN SOLUTION
    n, channels, height, width = images.shape
    rows, columns = height // k, width // k
    blocks = images[:, :, : rows * k, : columns * k].reshape(n, channels, rows, k, columns, k)
    return blocks.amax(dim=(3, 5))
    ### END SOLUTION

# %% [markdown]
# ### 1.3 Batch norm while training (3 points)
#
# Deep networks train badly if the numbers inside them grow or shrink from layer to layer. Batch norm takes care of
# that: it gives every **channel** mean 0 and variance 1, over all images of the batch and all pixels. Then two trainable
# numbers per channel, scale $\gamma$ and shift $\beta$, may undo as much of it as is good.
#
# $$y = \gamma\, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \qquad \epsilon = 10^{-5}$$
#
# Here $\sigma^2$ is the mean of $(x - \mu)^2$, so divide by the number of values $m$, not by $m - 1$.

# %%
EPSILON = 1e-5


def batch_norm(x, scale, shift):
    """x (n, c, h, w) normalised with its own mean and variance; scale and shift have shape (c,)."""
    ### BEGIN SOLUTION
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean(dim=(0, 2, 3), keepdim=True)
    normalised = (x - mean) / (variance + EPSILON).sqrt()
    return scale.reshape(-1, 1, 1) * normalised + shift.reshape(-1, 1, 1)
    ### END SOLUTION

# %% [markdown]
# ### 1.4 What batch norm remembers (2 points)
#
# There is a catch: what the network says about an image now depends on the other images of the batch. When it is *used*,
# that must not be, there may be just one image. So while training, batch norm keeps a **running** mean and variance:
# each batch moves them by a tenth of the way.
#
# $$\mu_\text{running} \leftarrow 0.9\, \mu_\text{running} + 0.1\, \mu$$
#
# and the same for the variance. This time the variance is that of a sample: divide by $m - 1$ (as `tensor.var` does).

# %%
def update_running(running_mean, running_variance, x):
    """The new (running_mean, running_variance), each of shape (c,), after the batch x (n, c, h, w)."""
    ### BEGIN SOLUTION
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3))
    return 0.9 * running_mean + 0.1 * mean, 0.9 * running_variance + 0.1 * variance
    ### END SOLUTION

# %% [markdown]
# ### 1.5 Batch norm in use (2 points)
#
# Now the running mean and variance stand where those of the batch stood. In PyTorch, `network.train()` and
# `network.eval()` switch between 1.3 and this. Forgetting `eval()` is one of the most common mistakes there are: you will
# not see an error, only answers that depend on the company an image is in.

# %%
def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    """x (n, c, h, w) normalised with the running mean and variance; all others have shape (c,)."""
    ### BEGIN SOLUTION
    scale, shift, mean, variance = (v.reshape(-1, 1, 1) for v in (scale, shift, running_mean, running_variance))
    return scale * (x - mean) / (variance + EPSILON).sqrt() + shift
    ### END SOLUTION

# %% [markdown]
# ## Part 2: The network
#
# This is the network of the lecture. A `conv` is described by its input channels, output channels and kernel size, a
# `linear` by its inputs and outputs, a `norm` by its channels and a `pool` by its $k$.

# %%
LAYERS = [
    ("conv", 1, 32, 7), ("norm", 32), ("relu",), ("pool", 3),
    ("conv", 32, 32, 3), ("norm", 32), ("relu",),
    ("conv", 32, 3, 3), ("pool", 3),
    ("flatten",),
    ("linear", 432, 20), ("relu",),
    ("linear", 20, 1), ("sigmoid",),
]

# %% [markdown]
# ### 2.1 Where does 432 come from? (3 points)
#
# The one number that people get wrong is how many inputs the first linear layer has. It depends on the size of the image,
# and every layer before has a say in it. Write down what each does to the shape of *one* image: `(channels, height,
# width)`, or `(numbers,)` after `flatten`.

# %%
def shape_after(layer, shape):
    """The shape of one image after a layer, e.g. ("conv", 1, 32, 7) and (1, 128, 128): (32, 122, 122)."""
    ### BEGIN SOLUTION
    match layer:
        case ("conv", _, channels, k):
            return channels, shape[1] - k + 1, shape[2] - k + 1
        case ("pool", k):
            return shape[0], shape[1] // k, shape[2] // k
        case ("flatten",):
            return (shape[0] * shape[1] * shape[2],)
        case ("linear", _, outputs):
            return (outputs,)
    return shape
    ### END SOLUTION

# %% [markdown]
# ### 2.2 How many parameters? (2 points)
#
# Count what can be trained: weights *and* biases, and the scale and shift of a `norm`. (Its running mean and variance are
# remembered, not trained.)

# %%
def count_parameters(layer):
    """The number of trainable parameters of a layer."""
    ### BEGIN SOLUTION
    match layer:
        case ("conv", inputs, outputs, k):
            return outputs * inputs * k * k + outputs
        case ("norm", channels):
            return 2 * channels
        case ("linear", inputs, outputs):
            return outputs * inputs + outputs
    return 0
    ### END SOLUTION

# %%
shape = (1, 128, 128)
for layer in LAYERS:
    shape = shape_after(layer, shape)
    print(f"{str(layer):24} {str(shape):16} {count_parameters(layer):6}")
print("parameters:", sum(map(count_parameters, LAYERS)))

# %% [markdown]
# If the last line says 20524, you are right. Almost half of them sit in one layer: which one, and why?
#
# ### 2.3 The network (5 points)
#
# Build it in PyTorch, with `nn.Sequential` or a class of your own. It takes images of shape `(n, 1, 128, 128)` and gives
# probabilities of shape `(n, 1)`. Use `nn.Conv2d`, `nn.BatchNorm2d`, `nn.MaxPool2d` and so on, with their usual
# settings. Write all sizes out: layers like `nn.LazyLinear`, which find theirs out later, are excluded.

# %%
def make_network():
    """The network of the lecture with fresh random weights, an nn.Module."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 32, 7),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(3),
        nn.Conv2d(32, 32, 3),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 3, 3),
        nn.MaxPool2d(3),
        nn.Flatten(),
        nn.Linear(432, 20),
        nn.ReLU(),
        nn.Linear(20, 1),
        nn.Sigmoid(),
    )
    ### END SOLUTION

# %% [markdown]
# ### The only change
#
# GPUs are much faster for deep learning than CPUs. To use one, the network and the data must be **moved** to it.
# With `.to(device)`, the same program runs on both:

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"

# %% [markdown]
# ### 2.4 Ask it (3 points)
#
# Write down how the network is used. It has to be in evaluation mode (1.5), no gradient is needed (`torch.no_grad()`),
# network and images have to be on the device, and the answer comes back to the CPU. A thousand images at once may not
# fit in memory, so take them in portions (`images.split(100)`).

# %%
def predict(network, images, device):
    """The probability of an angle in each of the images (n, 1, 128, 128): a tensor of shape (n,), on the CPU."""
    ### BEGIN SOLUTION
    network.to(device).eval()
    with torch.no_grad():
        answers = [network(some.to(device)).flatten().cpu() for some in images.split(100)]
    return torch.cat(answers)
    ### END SOLUTION

# %% [markdown]
# ## Part 3: Training
#
# ### 3.1 Cross-entropy for yes and no (3 points)
#
# The network says how probable it is that the answer is yes, $p$. So it holds the *true* answer for probable with $p$ if
# the label is 1, and with $1 - p$ if it is 0. As in every cross-entropy, the loss is minus the logarithm of that, and
# the mean over the batch.
#
# Two traps. `p` has shape `(n, 1)` and `y` has shape `(n,)`: subtract or multiply them as they are, and you get
# an $n \times n$ table. And a network may be so sure that $p$ is exactly 0 or 1. The logarithm of 0 is $-\infty$, and its
# gradient no number, so take at least $10^{-12}$ as the argument of the logarithm.

# %%
def bce(p, y):
    """Binary cross-entropy of probabilities p (n, 1) and labels y (n,) of 0 and 1: a tensor of shape ()."""
    ### BEGIN SOLUTION
    p = p.flatten()
    p_true = torch.where(y == 1, p, 1 - p)
    return -p_true.clamp(min=1e-12).log().mean()
    ### END SOLUTION

# %% [markdown]
# ### 3.2 One step (5 points)
#
# You know the loop from assignment 2: predict, loss, backward, step, and gradients back to zero. New are the device,
# and that the network must be in training mode: it may come from `predict`.
#
# Use your own `bce`, or PyTorch's `nn.BCELoss`. The network has been moved to the device already. This question is judged
# once 2.3 and 3.1 are right.

# %%
def train_step(network, optimizer, images, labels, device):
    """Move images and labels to the device, let the optimizer make one step, return the loss before it, a float."""
    ### BEGIN SOLUTION
    network.train()
    images, labels = images.to(device), labels.to(device)
    loss = bce(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION

# %% [markdown]
# ### 3.3 All steps (3 points)
#
# `train` moves the network to the device, makes an optimizer with the given learning rate (Adam is a good choice), and
# makes one step with each batch.
# `batches` is anything that a `for` loop takes: a list, or a generator like the one below, which draws new images for
# every step, so that the network never sees one twice.
#
# *How it is graded:* from scratch, with 40 batches of 8 images that hold an angle or nothing, for several seeds. The
# grader computes the loss itself, with images of its own. It has to be below 0.35 for most of the seeds (guessing
# costs 0.69).

# %%
def fresh_batches(count, seed, size=8, **kwargs):
    """`count` batches (images, labels) of `size` images each, drawn one after the other."""
    for number in range(count):
        images, labels = angles(size, seed=[seed, number], **kwargs)
        yield torch.from_numpy(images), torch.from_numpy(labels)


def train(network, batches, device, learning_rate=0.004):
    """Train the network with one step for each batch; return the list of the losses."""
    ### BEGIN SOLUTION
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
    ### END SOLUTION

# %%
torch.manual_seed(0)
network = make_network()
losses = train(network, fresh_batches(40, seed=0, others=["nothing"]), device)
plt.figure(figsize=(4.5, 2.2))
plt.plot(losses)
plt.xlabel("step")
plt.ylabel("loss")
plt.show()

# %% [markdown]
# ### 3.4 The real thing (6 points)
#
# To tell an angle from *nothing* is easy: any line detector can. With all kinds of images it takes some 16,000 of them,
# and some minutes: on a GPU not even one, on a CPU about three. Set `TRAIN = True` and go for a walk. Afterwards the
# file `weights.safetensors` lies beside this notebook: hand it in, too. (Then set `TRAIN = False` again, and the
# notebook reads the file.)
#
# `make_weights` is one way to train; change it as you like. The learning rate falls twice: large steps first, small
# ones at the end.
#
# *How it is graded:* your network, with your weights, has to be right for at least 84 % of all images that it has never
# seen, and surely so: for 525 of the 600 that are tried here (87.5 %), and for 867 of 1000 others (86.7 %). That cannot
# be had with a line detector: one trained kernel of size 17 and a maximum, as in assignment 3, was right for 77 %. The
# training below came to 90 %: 537 of the 600.

# %%
TRAIN = False
WEIGHTS = Path("weights.safetensors")


def make_weights(seed=0):
    """A network that has been trained on fresh images."""
    torch.manual_seed(seed)
    network = make_network().to(memory_format=torch.channels_last)  # the same numbers, in an order that a CPU likes
    for part, (steps, learning_rate) in enumerate([(1200, 0.004), (600, 0.001), (200, 0.0002)]):
        losses = train(network, fresh_batches(steps, seed=10 * seed + part), device, learning_rate)
        print(f"{steps} steps, learning rate {learning_rate}: loss {sum(losses[-100:]) / 100:.3f}")
    return network


if TRAIN:
    save_file({name: tensor.contiguous() for name, tensor in make_weights().state_dict().items()}, WEIGHTS)
if WEIGHTS.exists():
    network.load_state_dict(load_file(WEIGHTS))

# %%
images, labels = angles(12, seed=1)
probabilities = predict(network, torch.from_numpy(images), device)
fig, axes = plt.subplots(2, 6, figsize=(9, 3.4))
for axis, image, label, p in zip(axes.flat, images, labels, probabilities):
    axis.imshow(image[0], cmap="gray", vmin=-0.3, vmax=1.3)
    axis.set_title(f"{p:.0%}", fontsize=9, color="green" if (p > 0.5) == label else "red")
    axis.axis("off")
plt.show()

# %% [markdown]
# ## Part 4: What does it look at?
#
# ### 4.1 Feature maps (3 points)
#
# Each of the first 32 kernels answers everywhere in the image. Return these answers, after batch norm and relu but before
# max pooling, as the network uses them: in evaluation mode. To look must not change anything: parameters, their `.grad`
# and the running statistics stay what they are.

# %%
def feature_maps(network, images):
    """What comes out of the first relu of the network for images (n, 1, 128, 128): (n, 32, 122, 122)."""
    ### BEGIN SOLUTION
    network.eval()
    with torch.no_grad():
        return network[:3](images)
    ### END SOLUTION

# %%
image = torch.from_numpy(images[labels == 1][:1])
network.to("cpu")
maps = feature_maps(network, image)[0]
fig, axes = plt.subplots(2, 8, figsize=(9, 2.4))
for axis, picture in zip(axes.flat, maps):
    axis.imshow(picture, cmap="viridis")
    axis.axis("off")
plt.show()

# %% [markdown]
# Some kernels like lines of one direction, some like edges or ends: the network has invented line detectors, because they
# are good for something. The next layers combine them.
#
# ### 4.2 Saliency (3 points)
#
# *How do we understand the reasoning behind a prediction?* Ask which pixels it hangs on: by how much does the output change
# if a pixel changes a little? That is a gradient, and we know how to get it. This time it is the gradient with respect
# to the **image**, not the weights:
#
# $$\text{saliency}_{r,s} = \left| \frac{\partial\, \mathrm{NN}(x)}{\partial x_{r,s}} \right|$$
#
# in evaluation mode. Here, too, to look must not change anything: image and network stay what they are, and so do the
# gradients that the network's parameters hold already (`torch.autograd.grad` returns a gradient and stores nothing).

# %%
def saliency(network, image):
    """|d output / d pixel| for one image (1, 128, 128): a tensor of shape (128, 128)."""
    ### BEGIN SOLUTION
    network.eval()
    x = image.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(x[None]).sum(), x)
    return gradient[0].abs()
    ### END SOLUTION

# %%
shown = torch.from_numpy(images[labels == 1][:4])
fig, axes = plt.subplots(2, 4, figsize=(8, 4))
for column, image in enumerate(shown):
    axes[0, column].imshow(image[0], cmap="gray")
    axes[1, column].imshow(saliency(network, image), cmap="hot")
for axis in axes.flat:
    axis.axis("off")
plt.show()

# %% [markdown]
# If your network is well trained, the corner glows. Nobody told it that a corner is what makes an angle.
