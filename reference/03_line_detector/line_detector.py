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
# # Assignment 3: A line detector
#
# Is there a line at 30° in this image? *We don't care where in the image the line is!* A network that answers such
# questions begins with one small idea, the **convolution**. You build it by hand, then with PyTorch, and at the end you
# let the computer find it: the smallest convolutional network that there is, with 50 parameters.
#
# | | | points |
# |---|---|---|
# | Part 1 | A kernel on an image | 10 |
# | Part 2 | A detector made by hand | 10 |
# | Part 3 | The same in PyTorch | 10 |
# | Part 4 | A detector that learns | 14 |
#
# **How to work.** Replace each `raise NotImplementedError` by your code and run the cell. In a terminal,
# `pytest assignments/03_line_detector` tells you how far you are. Before you hand in, choose *Restart and run all*.
#
# **What you may use.** numpy in Parts 1 and 2 (no scipy, no torch: the point is to see what they do), and PyTorch in Parts
# 3 and 4. A function never changes the arrays it is given.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder.datasets import draw_line, lines

# %% [markdown]
# Here are images with one line each. In half of them the line has the wanted angle: label 1. In the others it has any
# other angle that is at least 20° away: label 0. All images are noisy, and some are brighter than others.

# %%
ANGLE, SIZE = 30, 7
images, labels = lines(160, angle=ANGLE, seed=0)
print("images:", images.shape, images.dtype, "  labels:", labels.shape, labels.dtype)


def show(pictures, titles, **options):
    """Pictures side by side."""
    fig, axes = plt.subplots(1, len(pictures), figsize=(1.6 * len(pictures), 1.9))
    for axis, picture, title in zip(np.atleast_1d(axes), pictures, titles):
        axis.imshow(picture, **{"cmap": "gray", **options})
        axis.set_title(title, fontsize=9)
        axis.axis("off")
    plt.show()


show(images[:6], [f"label {label}" for label in labels])

# %% [markdown]
# An image is a matrix of numbers, `image[row, column]`, with row 0 at the top.
#
# ## Part 1: A kernel on an image
#
# ### 1.1 One place (2 points)
#
# *Place kernel somewhere on image, multiply and sum.* A **kernel** is a small image of what we are looking for. Put it on
# the image with its upper left corner at `image[row, column]`, multiply each number of the kernel with the number
# of the image below it, and add up all these products:
#
# $$r = \sum_i \sum_j \mathrm{kernel}_{i,j} \cdot \mathrm{image}_{\mathrm{row}+i,\ \mathrm{column}+j}$$
#
# If the image looks like the kernel there, bright on bright and dark on dark, the sum is large: the kernel **responds**.

# %%
def response(image, kernel, row, column):
    """The sum of products with the kernel's upper left corner at image[row, column]: one number."""
    ### BEGIN SOLUTION
    height, width = kernel.shape
    return np.sum(image[row : row + height, column : column + width] * kernel)
    ### END SOLUTION

# %% [markdown]
# ### 1.2 All places (3 points)
#
# *Idea: try all locations of kernel.* Where can the upper left corner be, so that the whole kernel lies on the image? An
# image with $H$ rows and a kernel with $h$ rows leave $H - h + 1$ of them. The responses at all places are themselves an
# image, the **response map**. This step is called a *valid* convolution: nothing is added around the image.
#
# Neither image nor kernel has to be square. This question is judged once 1.1 is right, as is 1.3.

# %%
def response_map(image, kernel):
    """Responses at all places: result[row, column] is that of the corner at image[row, column]."""
    ### BEGIN SOLUTION
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    return np.array([[response(image, kernel, row, column) for column in range(columns)] for row in range(rows)])
    ### END SOLUTION

# %% [markdown]
# A cross, and a kernel that looks for flat strokes. Where does it respond?

# %%
cross = draw_line(15, 0, length=9) + draw_line(15, 90, length=9)
stroke = np.array([[-1.0, -1.0, -1.0], [2.0, 2.0, 2.0], [-1.0, -1.0, -1.0]])
show([cross, stroke, response_map(cross, stroke)], ["image", "kernel", "response map"])

# %% [markdown]
# ### 1.3 In larger steps (2 points)
#
# With **stride** 2, the kernel moves two pixels at a time, in both directions: corners at rows 0, 2, 4 ..., as long as the
# whole kernel lies on the image. The map becomes smaller and costs less.

# %%
def response_map_with_stride(image, kernel, stride):
    """Responses at every stride-th place, beginning with image[0, 0]."""
    ### BEGIN SOLUTION
    rows = range(0, image.shape[0] - kernel.shape[0] + 1, stride)
    columns = range(0, image.shape[1] - kernel.shape[1] + 1, stride)
    return np.array([[response(image, kernel, row, column) for column in columns] for row in rows])
    ### END SOLUTION

# %% [markdown]
# ### 1.4 The best place (3 points)
#
# *... and find maximum.* The largest response says how much the image looks like the kernel *somewhere*; the
# place itself is forgotten. A negative response is no match, however large: it means bright on dark.
#
# From now on we have many images at once: an array of shape `(n, H, W)`. Give back one number for each image. This
# question builds on 1.2.

# %%
def scores(images, kernel):
    """The largest response in each image, shape (n,)."""
    ### BEGIN SOLUTION
    return np.array([response_map(image, kernel).max() for image in images])
    ### END SOLUTION

# %% [markdown]
# ## Part 2: A detector made by hand
#
# ### 2.1 A kernel for lines of one angle (4 points)
#
# A small image of a line, with `size` rows and columns (an odd number). Count from the middle pixel: $x$ to the right, and $y$
# **upwards**, so $y$ falls as the row number grows. The line through the middle at angle $\theta$ is where
#
# $$d = x \sin\theta - y \cos\theta$$
#
# is zero, and elsewhere $|d|$ is the distance from it. So $e^{-d^2}$ is bright on the line and fades beside it. Two
# more steps make it a good kernel:
#
# 1. Subtract the mean, so that the **sum is 0**. Then a bright image without any line gives 0 everywhere.
# 2. Divide by the square root of the sum of squares, so that the **squares add up to 1**. Then kernels of all sizes
#    and angles respond on the same scale.
#
# Angles are in degrees: 0 lies flat, 45 rises to the right, 90 stands. Any other kernel with these two properties is
# right, too, if it is bright on the line and about as wide as this one: lines that are turned by 25° or more have to
# get clearly less.

# %%
def line_kernel(angle, size):
    """A kernel of shape (size, size) for lines at `angle` degrees: sum 0, sum of squares 1."""
    ### BEGIN SOLUTION
    theta = np.radians(angle)
    steps = np.arange(size) - size // 2
    x, y = steps[None, :], -steps[:, None]
    d = x * np.sin(theta) - y * np.cos(theta)
    kernel = np.exp(-(d**2))
    kernel = kernel - kernel.mean()
    return kernel / np.sqrt(np.sum(kernel**2))
    ### END SOLUTION

# %%
show([line_kernel(angle, SIZE) for angle in (0, 30, 60, 90, 135)], ["0°", "30°", "60°", "90°", "135°"])

# %% [markdown]
# Look at the response maps of your kernel for an image with a line at 30°, and for two with other lines. The right one
# has a bright spot; the others are *small(ish)*.

# %%
kernel = line_kernel(ANGLE, SIZE)
examples = [images[labels == 1][0], *images[labels == 0][:2]]
show(examples, ["30°", "another angle", "another angle"])
maps = [response_map(image, kernel) for image in examples]
show(maps, [f"maximum {m.max():.2f}" for m in maps], vmin=-2, vmax=3)

# %% [markdown]
# ### 2.2 Where to draw the line (3 points)
#
# How large must the score be for us to say "yes"? The images with labels tell. Find a **threshold** so that
# `score > threshold` agrees with as many labels as possible. The scores overlap a little, so some will stay wrong.

# %%
def best_threshold(scores, labels):
    """A number t for which `scores > t` is right for as many labels (0 or 1) as possible."""
    ### BEGIN SOLUTION
    ordered = np.sort(scores)
    candidates = (ordered[1:] + ordered[:-1]) / 2
    right = [np.sum((scores > t) == labels) for t in candidates]
    return candidates[np.argmax(right)]
    ### END SOLUTION

# %%
found = scores(images, kernel)
threshold = best_threshold(found, labels)
plt.figure(figsize=(5, 2))
for label in (0, 1):
    plt.hist(found[labels == label], bins=np.linspace(found.min(), found.max(), 30), alpha=0.6, label=f"label {label}")
plt.axvline(threshold, color="black")
plt.xlabel("score")
plt.legend()
plt.show()

# %% [markdown]
# ### 2.3 The detector (3 points)
#
# Kernel and threshold together are a detector. It says 1 for each image whose score is above the threshold, otherwise 0.
#
# *How it is graded:* with a kernel and a threshold from your functions, on images that you have not seen, at other
# angles. It has to be right for 90 % of all such images, and clearly so: 95 % of the 250 that are tried will do.

# %%
def detect(images, kernel, threshold):
    """Labels for images of shape (n, H, W): an integer array of 0 and 1, shape (n,)."""
    ### BEGIN SOLUTION
    return (scores(images, kernel) > threshold).astype(int)
    ### END SOLUTION

# %%
new_images, new_labels = lines(160, angle=ANGLE, seed=1)
by_hand_is_right = detect(new_images, kernel, threshold) == new_labels
print(f"right for {100 * by_hand_is_right.mean():.1f} % of {len(new_images)} new images")

# %% [markdown]
# ## Part 3: The same in PyTorch
#
# ### 3.1 This is precisely what a convolution does! (2 points)
#
# `F.conv2d` places kernels at all places, multiplies and sums. It is made for whole networks, so it wants four axes:
#
# | | shape |
# |---|---|
# | images | `(images, channels, rows, columns)` |
# | kernels | `(kernels, channels, rows, columns)` |
# | result | `(images, kernels, rows, columns)` |
#
# A colour image has three channels; ours are grey and have one. And we have one kernel. `x[:, None]` puts an axis of length
# 1 in second place.

# %%
def response_maps(images, kernel):
    """The response map of each image.  Tensors: images (n, H, W), kernel (h, w), result (n, H-h+1, W-w+1)."""
    ### BEGIN SOLUTION
    return F.conv2d(images[:, None], kernel[None, None])[:, 0]
    ### END SOLUTION

# %% [markdown]
# ### 3.2 What mathematicians call a convolution (2 points)
#
# Your Part 1 and PyTorch agree: `kernel[0, 0]` lies on the upper left pixel. Mathematicians call that a
# *cross-correlation*. Their convolution runs through the kernel backwards,
#
# $$r_{\mathrm{row},\,\mathrm{column}} = \sum_i \sum_j \mathrm{kernel}_{h-1-i,\ w-1-j} \cdot \mathrm{image}_{\mathrm{row}+i,\ \mathrm{column}+j},$$
#
# that is, the kernel is flipped in both directions. A network that *learns* its kernels doesn't mind. You do, when you move a
# kernel from one library to another (`scipy.signal.convolve2d` flips). `torch.flip` may help. This
# question builds on 3.1, and is judged once that is right.

# %%
def true_convolution(image, kernel):
    """The valid convolution of mathematics.  Tensors: image (H, W), kernel (h, w), result (H-h+1, W-w+1)."""
    ### BEGIN SOLUTION
    return response_maps(image[None], kernel.flip(0, 1))[0]
    ### END SOLUTION

# %% [markdown]
# ### 3.3 A network with one kernel (3 points)
#
# `nn.Conv2d(1, 1, size)` is a layer with one kernel for images with one channel. Kernel (`.weight`, shape
# `(1, 1, size, size)`) and a number that is added at each place (`.bias`, shape `(1,)`) are its parameters. Behind it comes the
# maximum over all places of each image. The result is a **logit**: positive means "yes", negative means "no".

# %%
class LineDetector(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, size)

    def forward(self, images):
        """Logits of shape (n,) for images of shape (n, H, W): the maximum of each image's response map."""
        ### BEGIN SOLUTION
        maps = self.conv(images[:, None])
        return maps.amax(dim=(1, 2, 3))
        ### END SOLUTION

# %% [markdown]
# ### 3.4 Your detector as a network (3 points)
#
# But we didn't train anything? True: put your kernel in by hand. Choose the bias so that the logit is positive exactly if the
# score is above the threshold, and its distance from 0 is the score's distance from the threshold.
#
# PyTorch watches what happens to parameters. To change them behind its back, write inside `with torch.no_grad():`, and copy
# *into* the tensor (`tensor[...] = ...` or `tensor.copy_(...)`).

# %%
def by_hand(kernel, threshold):
    """A LineDetector with this kernel (an array of shape (size, size)) and this threshold (a number)."""
    ### BEGIN SOLUTION
    net = LineDetector(len(kernel))
    with torch.no_grad():
        net.conv.weight.copy_(torch.as_tensor(kernel))
        net.conv.bias.fill_(-threshold)
    return net
    ### END SOLUTION

# %%
logits = by_hand(kernel, threshold)(torch.as_tensor(new_images)).detach().numpy()
print(f"the network is right for {100 * np.mean((logits > 0) == new_labels):.1f} % of the same images")

# %% [markdown]
# ## Part 4: A detector that learns
#
# ### 4.1 A loss for yes and no (2 points)
#
# The sigmoid makes a probability of a logit, $p = 1 / (1 + e^{-z})$. The cross-entropy loss of the lecture, for two labels:
#
# $$L = \begin{cases} -\log p, & y = 1 \\ -\log (1 - p), & y = 0 \end{cases}$$
#
# Give back the **mean** over all images. For large logits $p$ is rounded to 0 or 1, and the logarithm is lost; PyTorch has a
# function that starts from the logits and avoids that.

# %%
def loss(logits, labels):
    """The mean of L, a tensor of shape ().  Tensors of shape (n,), both of floats; labels are 0.0 or 1.0."""
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(logits, labels)
    ### END SOLUTION

# %% [markdown]
# ### 4.2 One step (3 points)
#
# The inside of the lecture's loop: predict, compute the loss, `backward`, `step`. Mind the gradients of the step before.

# %%
def train_step(net, optimizer, images, labels):
    """Change the network by one step of the optimizer.  images: tensor (n, H, W), labels: float tensor (n,)."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss(net(images), labels).backward()
    optimizer.step()
    ### END SOLUTION

# %% [markdown]
# ### 4.3 Train the kernel (5 points)
#
# Start from a random kernel. Call `torch.manual_seed(seed)` first, so that the same seed gives the same network and the
# same batches. Then `steps` times: take a random batch of images, and do one step. `torch.optim.Adam` with learning rate
# 0.1 and batches of 32 images works well; so do others.
#
# *How it is graded:* with 300 images of other lines and `steps=200`, for several seeds. The loss on images that you have
# not seen must fall below 0.35 (guessing costs 0.69), and 85 % of all such images must be judged correctly, and clearly
# so: 90 % of the 400 that are tried will do. With `steps=0`, the network is untrained. Trained twice with the same
# arguments, it must come out the same. This question builds on 3.3, 4.1 and 4.2.

# %%
def train(images, labels, seed, steps):
    """A trained LineDetector of size 7.  Arrays: images (n, H, W), float32, and labels (n,), integers 0 and 1."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    net = LineDetector(7)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.randint(len(x), (32,))
        train_step(net, optimizer, x[batch], y[batch])
    return net
    ### END SOLUTION

# %% [markdown]
# ### 4.4 Ask it (2 points)
#
# The probability that the line has the wanted angle, for each image.

# %%
def probability(net, images):
    """Probabilities of label 1, an array of shape (n,), for an array of images, shape (n, H, W), float32."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        return torch.sigmoid(net(torch.as_tensor(images))).numpy()
    ### END SOLUTION

# %% [markdown]
# ### 4.5 Look at it (2 points)
#
# What has it learned? Compare its kernel with yours. Brightness and size say nothing here, so take the **correlation**:
# subtract from each kernel its mean, then
#
# $$c = \frac{\sum a b}{\sqrt{\sum a^2}\,\sqrt{\sum b^2}}.$$
#
# It is 1 for the same pattern, 0 for patterns that have nothing in common, and −1 for the negative.

# %%
def similarity(one, other):
    """The correlation of two kernels, arrays of the same shape: a number from -1 to 1."""
    ### BEGIN SOLUTION
    a, b = one - one.mean(), other - other.mean()
    return np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2))
    ### END SOLUTION

# %%
trained = train(*lines(300, angle=ANGLE, seed=0), seed=1, steps=200)
learned = trained.conv.weight.detach().numpy()[0, 0]
trained_is_right = (probability(trained, new_images) > 0.5) == new_labels
print(f"right for {100 * trained_is_right.mean():.1f} % of new images, yours for {100 * by_hand_is_right.mean():.1f} %")
show([kernel, learned], ["by hand", "trained"])

# %% [markdown]
# And a surprise: the two need not be similar at all. We don't care where in the image the line is, and so the network is free to
# look for it beside the middle of its kernel. Move yours around below the learned one, and they match:

# %%
shifts = range(-3, 4)
moved = [[similarity(np.roll(kernel, (down, right), axis=(0, 1)), learned) for right in shifts] for down in shifts]
show([learned, np.array(moved)], ["trained", f"similarity {np.max(moved):.2f}"])

# %% [markdown]
# *Slightly smarter than ours, albeit noisy.* Look closely: it does not only look for the line, it also punishes what lines
# of other angles have and this one lacks. Nobody told it to.
#
# One kernel finds one kind of line. To see a corner, or the digit 4, kernels have to be **combined**: the next assignment
# makes the network deep.
