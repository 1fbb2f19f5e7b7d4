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
# # Assignment 1: Autograd
#
# > "I can implement such a function in numpy, and I can use scipy to fit the function to data,
# > so I can do deep learning!"
#
# So began the lecture, and it is true: in Part 1 you will do exactly that. Then you build the piece that is
# missing when there are *many* parameters: a small machine that differentiates any program you write.
# PyTorch is the same machine, only larger.
#
# | | | points |
# |---|---|---|
# | Part 1 | A small network, fitted with scipy | 12 |
# | Part 2 | A `Tensor` that knows its gradient | 40 |
# | Part 3 | Two losses | 8 |
# | Part 4 | Training | 8 |
#
# **How to work.** Replace each `raise NotImplementedError` by your code and run the cell. In a terminal,
# `pytest assignments/01_autograd` tells you how far you are: every question is judged on its own, with inputs
# you have not seen. Before you hand in, choose *Restart and run all*.
#
# **What you may use.** numpy everywhere, scipy in question 1.5, matplotlib for figures. No torch, jax, autograd
# or other library that differentiates for you: a question whose solution uses one does not pass. (You may compare
# with PyTorch in a cell of its own.) All numbers are float64. A function never changes the arrays it is given.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

# %% [markdown]
# ## Part 1: So I can do deep learning!
#
# ### 1.1 ReLU (2 points)
#
# *The Rectified Linear Unit Activation Function.* What complex idea could this name possibly encompass?
#
# $$\mathrm{relu}(x) = \begin{cases} 0, & x \le 0 \\ x, & x > 0 \end{cases}$$
#
# It works on each number of an array, whatever the array's shape.

# %%
def relu(x):
    """0 where x is negative, x where it is positive."""
    ### BEGIN SOLUTION
    return np.where(x > 0, x, 0.0)
    ### END SOLUTION

# %% [markdown]
# ### 1.2 The slope of ReLU (2 points)
#
# To fit a network we must know how a change of $x$ changes the loss $L$ at the very end. The **chain rule** splits
# this in two. With $y = \mathrm{relu}(x)$,
#
# $$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \cdot \mathrm{relu}'(x).$$
#
# The first factor comes from whatever happens after relu. We call it the **upstream gradient**: one number for each
# number of $y$, so it has the shape of $x$. The second factor is relu's own slope.
#
# At $x = 0$ relu has a corner and no slope: any number from 0 to 1 counts as right there.

# %%
def relu_backward(x, upstream):
    """dL/dx, where upstream is dL/dy and y = relu(x)."""
    ### BEGIN SOLUTION
    return upstream * (x > 0)
    ### END SOLUTION

# %% [markdown]
# ### 1.3 The slope of tanh (2 points)
#
# The other activation function of the lecture is $\tanh$. Its slope is
#
# $$\tanh'(x) = 1 - \tanh^2(x).$$

# %%
def tanh_backward(x, upstream):
    """dL/dx, where upstream is dL/dy and y = tanh(x)."""
    ### BEGIN SOLUTION
    return upstream * (1 - np.tanh(x) ** 2)
    ### END SOLUTION

# %% [markdown]
# A function and its slope belong in one picture. Where the blue line is steep, the orange one must be high.

# %%
xs = np.linspace(-3, 3, 301)
fig, axes = plt.subplots(1, 2, figsize=(7, 2.2), sharey=True)
for axis, name, g, g_backward in zip(axes, ["relu", "tanh"], [relu, np.tanh], [relu_backward, tanh_backward]):
    axis.plot(xs, g(xs), label=name)
    axis.plot(xs, g_backward(xs, np.ones_like(xs)), label="slope")
    axis.set(xlabel="x", ylim=(-1.2, 2.2))
    axis.legend()
plt.show()

# %% [markdown]
# ### 1.4 A small network (3 points)
#
# Slightly more complex, as the lecture says:
#
# $$f(x; p) = a_1\, g\big(a_2\, g(a_3 x + b_3) + b_2\big) + b_1$$
#
# The $a$ are matrices, the $b$ are columns, $g$ is an activation function, and $p$ is all parameters together.
# Each **column** of $x$ is one data point, so `x` with shape `(1, 40)` holds forty points on a line.
# With $h$ hidden units, $d$ inputs and $m$ outputs the shapes are:
#
# | $x$ | $a_3$ | $b_3$ | $a_2$ | $b_2$ | $a_1$ | $b_1$ | $f(x; p)$ |
# |---|---|---|---|---|---|---|---|
# | `(d, n)` | `(h, d)` | `(h, 1)` | `(h, h)` | `(h, 1)` | `(m, h)` | `(m, 1)` | `(m, n)` |
#
# Use only `@`, `+` and `g`. You will see in Part 4 why that pays.

# %%
def network(x, p, g):
    """f(x; p) with activation function g.  p = (a1, b1, a2, b2, a3, b3), in this order."""
    ### BEGIN SOLUTION
    a1, b1, a2, b2, a3, b3 = p
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1
    ### END SOLUTION

# %% [markdown]
# ### 1.5 Fit it to data (3 points)
#
# A neural network is just glorified function fitting. Here is some data, and
#
# $$\mathrm{Loss}(p) = \frac{1}{n} \sum_i \big(f(x_i; p) - y_i\big)^2$$
#
# says how far the network is from it.

# %%
noise = np.random.default_rng(1).normal(scale=0.08, size=(1, 40))
x_data = np.linspace(-2, 2, 40).reshape(1, 40)
y_data = np.sin(2 * x_data) + noise

# %% [markdown]
# Let `scipy.optimize.minimize` find $p$. It wants one flat vector of numbers; `unpack` cuts such a vector into the
# six parameters of a network with 4 hidden units. Start from random numbers with a **fixed seed**, for example
# `np.random.default_rng(0).normal(size=SIZE)`: starting from zeros, the hidden units would stay equal forever, and
# without a seed every call would end somewhere else.
#
# *How it is graded:* `fit` gets other data, $x$ between −2 and 2 and $y$ between −1.5 and 1.5. The grader computes the
# loss from your $p$, with $g = \tanh$. It has to be below 2 % of the variance of $y$, within 10 seconds, and the same
# data must give the same $p$ each time. You may choose another number of hidden units.

# %%
HIDDEN = 4
SHAPES = [(1, HIDDEN), (1, 1), (HIDDEN, HIDDEN), (HIDDEN, 1), (HIDDEN, 1), (HIDDEN, 1)]
SIZES = [rows * columns for rows, columns in SHAPES]
SIZE = sum(SIZES)


def unpack(vector):
    """[a1, b1, a2, b2, a3, b3] from a vector of SIZE numbers."""
    parts = np.split(vector, np.cumsum(SIZES)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, SHAPES)]

# %%
def fit(x, y):
    """Parameters p for which network(x, p, np.tanh) is close to y.  x and y have shape (1, n)."""
    ### BEGIN SOLUTION
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 100}).x)
    ### END SOLUTION

# %%
def show_fit(x, y, p):
    line = np.linspace(-2, 2, 200).reshape(1, -1)
    plt.figure(figsize=(4.5, 2.4))
    plt.plot(x[0], y[0], "o", markersize=3, label="data")
    plt.plot(line[0], network(line, p, np.tanh)[0], label="f(x; p)")
    plt.xlabel("x")
    plt.legend(loc="upper left", bbox_to_anchor=(1, 1))
    plt.show()


show_fit(x_data, y_data, fit(x_data, y_data))

# %% [markdown]
# So you can do deep learning! But there is a catch. scipy was never told the slope of the loss. It found it by moving
# each parameter a little and running the network again: 33 parameters, 34 runs for one step. A network with a million
# parameters would need a million runs for each step.
#
# > *Only feasible way to minimize this if there are many parameters, is if we can calculate* $\nabla_p\,
# > \mathrm{Loss}(f(x, p), y)$.

# %% [markdown]
# ## Part 2: A Tensor that knows its gradient
#
# Every program, however long, is made of small operations whose slopes we know. So let each value **remember which
# values it was computed from**, and how to pass a gradient back to them. Then the chain rule can walk from the result
# to every input, by itself.
#
# ### What is graded
#
# The grader uses a `Tensor` only in the ways listed here. You may fill in the frame below or replace it by
# a design of your own.
#
# | | |
# |---|---|
# | `Tensor(array)` | a tensor of float64 numbers; a number or a list will also do |
# | `t.data` | its values, a numpy array |
# | `t.grad` | its gradient, an array of the same shape. Before any `backward`: zeros or `None`, as you like |
# | `t.backward()` | adds the gradient of `t` to the `.grad` of `t` itself and of every tensor it was computed from |
# | `t.backward(v)` | the same, with `v` as upstream gradient of `t`; without `v` it is all ones. `v` has the shape of `t` |
# | `-t`, `t + u`, `t - u`, `t * u`, `t / u` | number by number; `u` may be a tensor, an array or a number, on either side |
# | `t ** n` | for a number `n` |
# | `t @ u` | product of two matrices; `u` may be an array, on either side |
# | `t.exp()`, `t.log()`, `t.relu()`, `t.tanh()` | |
# | `t.sum(axis=None, keepdims=False)`, `t.mean(axis=None, keepdims=False)` | as in numpy; `axis` is `None` or an int |
# | `t.reshape(2, 3)`, `t.transpose(1, 0, 2)`, `t.transpose()`, `t.T` | as in numpy |
# | `t[index]` | any index that numpy understands |
#
# relu's slope at 0 may again be any number from 0 to 1.
#
# ### The frame
#
# Read this cell slowly: it is all there is. A tensor that comes out of an operation knows its `parents` and its
# `grad_fn` (PyTorch's word too): a function that takes the upstream gradient and returns one gradient **for each
# parent**. Every operator calls a small function that you will write below.

# %%
class Tensor:
    """An array that remembers how it was computed."""

    __array_ufunc__ = None  # numpy, leave  array * tensor  to us

    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn

    def __repr__(self):
        return f"Tensor({self.data})"

    def parent_gradients(self, upstream):
        """One gradient for each parent, in the parent's shape."""
        # numpy makes a plain number of a sum of arrays of shape (): np.asarray undoes that
        gradients = self.grad_fn(np.asarray(upstream)) if self.parents else ()
        if not isinstance(gradients, (tuple, list)) or len(gradients) != len(self.parents):
            raise TypeError("a grad_fn returns a tuple of one gradient for each parent; for one, mind the comma: (g,)")
        return [
            gradient if gradient.shape == parent.data.shape else unbroadcast(gradient, parent.data.shape)
            for gradient, parent in zip(gradients, self.parents)
        ]

    def backward(self, grad=None):
        backward(self, np.ones_like(self.data) if grad is None else np.array(grad, dtype=np.float64))

    def __add__(self, other): return op_add(self, as_tensor(other))
    def __neg__(self): return op_neg(self)
    def __sub__(self, other): return op_sub(self, as_tensor(other))
    def __mul__(self, other): return op_mul(self, as_tensor(other))
    def __truediv__(self, other): return op_div(self, as_tensor(other))
    def __pow__(self, n): return op_pow(self, n)
    def __matmul__(self, other): return op_matmul(self, as_tensor(other))

    def __radd__(self, other): return right_add(self, other)
    def __rsub__(self, other): return right_sub(self, other)
    def __rmul__(self, other): return right_mul(self, other)
    def __rtruediv__(self, other): return right_div(self, other)
    def __rmatmul__(self, other): return op_matmul(as_tensor(other), self)

    def exp(self): return op_exp(self)
    def log(self): return op_log(self)
    def relu(self): return op_relu(self)
    def tanh(self): return op_tanh(self)
    def sum(self, axis=None, keepdims=False): return op_sum(self, axis, keepdims)
    def mean(self, axis=None, keepdims=False): return op_mean(self, axis, keepdims)
    def reshape(self, *shape): return op_reshape(self, shape)
    def transpose(self, *axes): return op_transpose(self, axes or None)
    def __getitem__(self, index): return op_index(self, index)

    @property
    def T(self): return op_transpose(self, None)


def as_tensor(value):
    return value if isinstance(value, Tensor) else Tensor(value)

# %% [markdown]
# Two operations are done for you. The slope of $a + b$ is 1 in both directions, so each parent gets the upstream gradient
# as it is. $-a$ has slope −1 and one parent, so its `grad_fn` returns a tuple of one: mind the comma.

# %%
def op_add(a, b):
    """a + b"""
    def grad_fn(upstream):
        return upstream, upstream

    return Tensor(a.data + b.data, (a, b), grad_fn)


def op_neg(a):
    """-a"""
    def grad_fn(upstream):
        return (-upstream,)

    return Tensor(-a.data, (a,), grad_fn)

# %% [markdown]
# A program is then a graph. This draws it (by the tensors' `parents`), from the inputs on the left to the result on the
# right:

# %%
def draw(out, names):
    """Draw the tensors that `out` was computed from; names maps tensors to labels."""
    column = {}

    def visit(tensor):
        if tensor not in column:
            column[tensor] = 1 + max([visit(parent) for parent in tensor.parents], default=-1)
        return column[tensor]

    plt.figure(figsize=(1.9 * visit(out) + 1.5, 1.7))
    box = {}
    for tensor, x in column.items():
        others = [t for t in column if column[t] == x]
        y = (len(others) - 1) / 2 - others.index(tensor)
        style = {"boxstyle": "round", "facecolor": "white"}
        box[tensor] = plt.text(x, y, names[tensor], ha="center", va="center", bbox=style)
    for tensor in column:
        for parent in tensor.parents:
            start, end = box[parent].get_position(), box[tensor].get_position()
            bend = -0.15 * np.sign(start[1]) if end[0] - start[0] > 1 else 0
            style = {"arrowstyle": "->", "connectionstyle": f"arc3,rad={bend}"}
            ends = {"patchA": box[parent].get_bbox_patch(), "patchB": box[tensor].get_bbox_patch()}
            plt.annotate("", end, start, arrowprops={**style, **ends})
    plt.xlim(-0.4, column[out] + 0.4)
    plt.ylim(-1.2, 1.2)
    plt.axis("off")
    plt.show()


a, b = Tensor(2.0), Tensor(3.0)
c = a + b
d = c + a
draw(d, {a: "a", b: "b", c: "c = a + b", d: "d = c + a"})

# %% [markdown]
# ### 2.1 Backward (3 points)
#
# `backward` walks the arrows in the opposite direction. It starts at the result with the upstream gradient `grad`,
# asks each tensor for its `parent_gradients`, and adds what arrives at a tensor to that tensor's `.grad`.
#
# Write it in the cell below. In this question each tensor is used **once**. Questions 2.2 and 2.3 are about
# the same function, so read them before you start.
#
# ### 2.2 Used more than once (3 points)
#
# In the figure, `a` is used twice, and a change of `a` reaches `d` on both ways. Its gradient is the **sum** of what
# arrives on all of them, here 2.
#
# And the order matters. In `c = a + b; d = c + a; e = d + c`, the gradient of `c` has two parts. Only when both
# have arrived may `c` pass its gradient on. So visit a tensor after everything that was computed from it: in reverse
# **topological order**. One way to get it: list a tensor after all its parents, and read that list backwards.
#
# ### 2.3 Twice the same (2 points)
#
# A second `backward` **adds** to the gradients of the first, no matter whether it starts at the same result or at
# another one: after `d.backward(); d.backward()` the gradient of `a` is 4. So keep the gradients that are on
# their way apart from `.grad`, or old ones will travel again.

# %%
def backward(out, grad):
    """Add to the .grad of all tensors that `out` was computed from; grad is the upstream gradient of `out`."""
    ### BEGIN SOLUTION
    order, seen = [], set()

    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad += upstream  # into an array that is this tensor's own
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
    ### END SOLUTION

# %%
a, b = Tensor(2.0), Tensor(3.0)
c = a + b
d = c + a
d.backward()
print("a:", a.grad, " b:", b.grad)  # 2 and 1

# %% [markdown]
# The rest of this part is a row of small operations, each in its own cell: the value, and one gradient per parent.
#
# ### 2.4 Minus (2 points)
#
# $$\frac{\partial (a - b)}{\partial a} = 1, \qquad \frac{\partial (a - b)}{\partial b} = -1$$

# %%
def op_sub(a, b):
    """a - b"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return upstream, -upstream

    return Tensor(a.data - b.data, (a, b), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.5 Times (2 points)
#
# $$\frac{\partial (ab)}{\partial a} = b, \qquad \frac{\partial (ab)}{\partial b} = a$$

# %%
def op_mul(a, b):
    """a * b, number by number"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return upstream * b.data, upstream * a.data

    return Tensor(a.data * b.data, (a, b), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.6 Divided by (2 points)
#
# $$\frac{\partial (a/b)}{\partial a} = \frac{1}{b}, \qquad \frac{\partial (a/b)}{\partial b} = -\frac{a}{b^2}$$

# %%
def op_div(a, b):
    """a / b, number by number"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return upstream / b.data, -upstream * a.data / b.data**2

    return Tensor(a.data / b.data, (a, b), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.7 To the power of (2 points)
#
# $a^n$, where $n$ is a number such as 3, −1 or 0.5 and gets no gradient.

# %%
def op_pow(a, n):
    """a ** n, for a number n"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (upstream * n * a.data ** (n - 1),)

    return Tensor(a.data**n, (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.8 exp and log (2 points)
#
# $e^a$ is its own slope. $\log a$ is the natural logarithm.

# %%
def op_exp(a):
    """e to the power of a"""
    ### BEGIN SOLUTION
    value = np.exp(a.data)

    def grad_fn(upstream):
        return (upstream * value,)

    return Tensor(value, (a,), grad_fn)
    ### END SOLUTION


def op_log(a):
    """the natural logarithm of a"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (upstream / a.data,)

    return Tensor(np.log(a.data), (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.9 relu, again (1 point)
#
# You did the work in 1.1 and 1.2: use it.

# %%
def op_relu(a):
    """relu of a tensor"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (relu_backward(a.data, upstream),)

    return Tensor(relu(a.data), (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.10 tanh, again (1 point)
#
# Use your `tanh_backward` from 1.3.

# %%
def op_tanh(a):
    """tanh of a tensor"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (tanh_backward(a.data, upstream),)

    return Tensor(np.tanh(a.data), (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.11 Broadcasting (3 points)
#
# numpy stretches a small array to fit a large one: with shapes `(2, 3)` and `(3,)`, the row is used twice.

# %%
fig, axes = plt.subplots(1, 3, figsize=(7, 1.6))
row = np.array([[10, 20, 30]])
for axis, title, array in zip(axes, ["(2, 3)", "+  (3,)  stretched", "=  (2, 3)"], [np.ones((2, 3)), row, row + 1]):
    array = np.broadcast_to(array, (2, 3))
    axis.imshow(array, cmap="Blues", vmin=0, vmax=60)
    for (i, j), number in np.ndenumerate(array):
        axis.text(j, i, f"{number:g}", ha="center", va="center")
    axis.set(title=title, xticks=[], yticks=[])
plt.show()

# %% [markdown]
# A number that was used twice gets the sum of two gradients, as in 2.2. So the way back from broadcasting is
# to **sum** over the stretched axes. Two things can happen to a shape:
#
# - new axes appear in front, `(3,)` → `(2, 3)`: sum them away;
# - an axis of length 1 is stretched, `(2, 1)` → `(2, 3)`: sum over it and keep it with length 1.
#
# The frame calls `unbroadcast` where the shapes of a parent and its gradient differ.

# %%
def unbroadcast(gradient, shape):
    """Sum an array over the axes that broadcasting added to `shape` or stretched in it."""
    ### BEGIN SOLUTION
    added = gradient.ndim - len(shape)
    gradient = gradient.sum(axis=tuple(range(added)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return gradient.sum(axis=stretched, keepdims=True)
    ### END SOLUTION

# %% [markdown]
# ### 2.12 Numbers on the left (2 points)
#
# `t - 2` already works: the frame turns 2 into a tensor. For `2 - t`, Python first asks the number, which knows nothing
# of tensors, and then calls `t.__rsub__(2)`. So here `t` comes first, although it stands on the **right**.

# %%
def right_add(t, other):
    """other + t"""
    ### BEGIN SOLUTION
    return as_tensor(other) + t
    ### END SOLUTION


def right_sub(t, other):
    """other - t"""
    ### BEGIN SOLUTION
    return as_tensor(other) - t
    ### END SOLUTION


def right_mul(t, other):
    """other * t"""
    ### BEGIN SOLUTION
    return as_tensor(other) * t
    ### END SOLUTION


def right_div(t, other):
    """other / t"""
    ### BEGIN SOLUTION
    return as_tensor(other) / t
    ### END SOLUTION

# %% [markdown]
# ### 2.13 sum and mean (3 points)
#
# Each number that goes into a sum has slope 1. So its gradient is the upstream gradient of the sum it went into:
# that of `a.sum(axis=1)` has one number per row, and all numbers of the row get it. Mind `keepdims`: without it the
# summed axis is gone and has to be put back before numpy can stretch it. A negative axis counts from the end.
#
# The mean is a sum, divided by how many numbers went into it.

# %%
def op_sum(a, axis, keepdims):
    """as a.sum(axis, keepdims) in numpy; axis is None or an int"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        if axis is not None and not keepdims:
            upstream = np.expand_dims(upstream, axis)
        return (np.broadcast_to(upstream, a.data.shape),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), grad_fn)
    ### END SOLUTION


def op_mean(a, axis, keepdims):
    """as a.mean(axis, keepdims) in numpy; axis is None or an int"""
    ### BEGIN SOLUTION
    total = op_sum(a, axis, keepdims)
    count = a.data.size / total.data.size

    def grad_fn(upstream):
        return (upstream / count,)

    return Tensor(total.data / count, (total,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.14 Matrix product (3 points)
#
# For $C = AB$ and the upstream gradient $G = \partial L / \partial C$,
#
# $$\frac{\partial L}{\partial A} = G B^T, \qquad \frac{\partial L}{\partial B} = A^T G.$$
#
# If you forget which is which, write down the shapes of matrices that are not square: they leave only one way. Both
# factors are matrices (two axes).

# %%
def op_matmul(a, b):
    """a @ b, for two matrices"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return upstream @ b.data.T, a.data.T @ upstream

    return Tensor(a.data @ b.data, (a, b), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.15 reshape and transpose (3 points)
#
# Both only move numbers around, so the gradient moves back. `axes` is a tuple such as `(1, 0, 2)`, or `None`
# to reverse all axes. Which permutation undoes `(1, 2, 0)`? `np.argsort` knows, once negative axes, which count
# from the end, are counted from the front.

# %%
def op_reshape(a, shape):
    """as a.reshape(shape) in numpy"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (upstream.reshape(a.data.shape),)

    return Tensor(a.data.reshape(shape), (a,), grad_fn)
    ### END SOLUTION


def op_transpose(a, axes):
    """as a.transpose(axes) in numpy; axes is a tuple or None"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        return (upstream.transpose(None if axes is None else np.argsort(np.array(axes) % a.data.ndim)),)

    return Tensor(a.data.transpose(axes), (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.16 Indexing (3 points)
#
# The numbers that were picked get their gradient, all others get 0. Careful: `a[[0, 0, 2]]` picks one number
# **twice**. Look up `np.add.at`.

# %%
def op_index(a, index):
    """a[index]"""
    ### BEGIN SOLUTION
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        np.add.at(gradient, index, upstream)  # unlike gradient[index] += upstream, this counts repeated picks
        return (gradient,)

    return Tensor(a.data[index], (a,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ### 2.17 All together (3 points)
#
# Nothing to write: here the grader makes up whole programs from your operations, differentiates them
# with your machine and with PyTorch, and compares. One such program, and its graph:

# %%
x, w, b = Tensor([[1.0, -2.0]]), Tensor([[0.5], [1.5]]), Tensor(0.25)
product = x @ w
shifted = product + b
out = shifted.tanh()
out.backward()
print("gradient of w:", w.grad.ravel(), " of b:", b.grad)
draw(out, {x: "x", w: "w", b: "b", product: "x @ w", shifted: "x @ w + b", out: "tanh"})

# %% [markdown]
# ## Part 3: Losses
#
# ### 3.1 L2 loss (3 points)
#
# *Output of the network is a number that should be close to the label* $y$*:*
#
# $$L = \frac{1}{n} \sum_i \big(\mathrm{NN}(x_i) - y_i\big)^2$$
#
# With your tensors this is one line, and you never have to think about its gradient. `prediction` is a Tensor, `y` an
# array of the same shape (any shape). Return a Tensor of shape `()`, the mean over all numbers.
# This question builds on 2.4, 2.7 and 2.13.

# %%
def l2_loss(prediction, y):
    """The mean of (prediction - y)², a Tensor of shape ()."""
    ### BEGIN SOLUTION
    return ((prediction - y) ** 2).mean()
    ### END SOLUTION

# %% [markdown]
# ### 3.2 Cross-entropy loss (5 points)
#
# *Output of the network is a probability distribution over labels.* A network gives any $k$ numbers $z$, the
# **logits**. Softmax makes them probabilities, and the loss looks at the probability of the true label $y$:
#
# $$p_j = \frac{e^{z_j}}{\sum_l e^{z_l}}, \qquad L = -\log p_y$$

# %%
p_true = np.linspace(0.005, 1, 200)
plt.figure(figsize=(4, 2))
plt.plot(p_true, -np.log(p_true))
plt.xlabel("probability of the true label")
plt.ylabel("loss")
plt.show()

# %% [markdown]
# Surely right costs nothing, surely wrong costs a lot.
#
# Beware of large logits: `np.exp(1000)` is infinite, and `inf / inf` is not a number. Softmax does not change when we
# subtract the same number from all logits of a row; subtract the largest. And take the logarithm on
# paper, not of a $p$ that may have become 0:
#
# $$\log p_j = z_j - \log \sum_l e^{z_l}$$
#
# The gradient is the most beautiful one in deep learning:
#
# $$\frac{\partial L}{\partial z_j} = p_j - y_j \qquad (y_j = 1 \text{ for the true label and } 0 \text{ otherwise})$$
#
# Write the loss as an operation of its own, in the manner of Part 2. `logits` is a Tensor of shape `(n, k)`, one row per
# data point. `labels` is an integer array of shape `(n,)` with numbers from 0 to k − 1. Return a Tensor of
# shape `()`: the **mean** of $L$ over the $n$ rows. Logits as large as 10,000 must give the right loss and gradient.

# %%
def cross_entropy(logits, labels):
    """The mean of -log p[label] over the rows of `logits`, a Tensor of shape ()."""
    ### BEGIN SOLUTION
    n = len(labels)
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(n)

    def grad_fn(upstream):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (upstream * gradient / n,)

    return Tensor(-log_p[rows, labels].mean(), (logits,), grad_fn)
    ### END SOLUTION

# %% [markdown]
# ## Part 4: Training
#
# ### 4.1 One step downhill (3 points)
#
# The gradient points uphill, so each parameter takes a small step the other way:
#
# $$p_{n+1} = p_n - \eta\, \nabla_{p_n} \mathcal{L}$$
#
# The **learning rate** $\eta$ is the size of the step. Afterwards set the gradients back (to zeros, or to `None`
# if that is how yours begin): the next `backward` adds to what it finds.

# %%
def descend(parameters, learning_rate):
    """Change each Tensor of the list by one step of gradient descent, then forget its gradient."""
    ### BEGIN SOLUTION
    for parameter in parameters:
        parameter.data = parameter.data - learning_rate * parameter.grad
        parameter.grad = np.zeros_like(parameter.data)
    ### END SOLUTION

# %% [markdown]
# ### 4.2 Train the small network (5 points)
#
# Now the reward of 1.4: your `network` uses only `@`, `+` and `g`, and a `Tensor` knows all of these. The function you
# wrote for numpy works on tensors, and it can be differentiated, without changing one character.
#
# Start from random parameters (with a fixed seed), then repeat: predict, `l2_loss`, `backward`, `descend`. With
# 8 hidden units and learning rate 0.1, 1000 steps will do. Return the six parameters.
#
# *How it is graded:* as in 1.5, with other data, $x$ between −2 and 2 and $y$ between −1.5 and 1.5. The loss has to be
# below 5 % of the variance of $y$, within 10 seconds. All gradients must come from your `backward`. This question builds on 1.4, 2.10, 2.11, 2.14, 3.1 and 4.1.

# %%
def tanh(t):
    return t.tanh()


def train(x, y):
    """Parameters [a1, b1, a2, b2, a3, b3] for which network(x, p, tanh) is close to y.  x, y: arrays (1, n)."""
    ### BEGIN SOLUTION
    hidden = 8
    rng = np.random.default_rng(0)
    shapes = [(1, hidden), (1, 1), (hidden, hidden), (hidden, 1), (hidden, 1), (hidden, 1)]
    p = [Tensor(rng.normal(size=shape)) for shape in shapes]
    for _ in range(500):
        loss = l2_loss(network(x, p, tanh), y)
        loss.backward()
        descend(p, learning_rate=0.1)
    return p
    ### END SOLUTION

# %%
trained = train(x_data, y_data)
show_fit(x_data, y_data, [parameter.data for parameter in trained])

# %% [markdown]
# ### One more picture
#
# Nothing left to do: sit back. The same network, with two inputs, two outputs and your cross-entropy, learns to tell an
# inner disc from the ring around it. Each step costs about as much as three runs of the network, and that would stay
# so with a million parameters. This is what makes deep learning possible.

# %%
rng = np.random.default_rng(0)
angle, radius = rng.uniform(0, 2 * np.pi, 120), np.concatenate([rng.uniform(0, 0.8, 60), rng.uniform(1.2, 2, 60)])
points, labels = np.array([radius * np.cos(angle), radius * np.sin(angle)]), np.repeat([0, 1], 60)
p = [Tensor(rng.normal(size=shape)) for shape in [(2, 8), (2, 1), (8, 8), (8, 1), (8, 2), (8, 1)]]
losses = []
for _ in range(300):
    loss = cross_entropy(network(points, p, tanh).T, labels)
    loss.backward()
    descend(p, learning_rate=0.3)
    losses.append(float(loss.data))

grid = np.linspace(-2.2, 2.2, 60)
plane = np.array([axis.ravel() for axis in np.meshgrid(grid, grid)])
z = network(plane, [parameter.data for parameter in p], np.tanh)
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8))
axes[0].plot(losses)
axes[0].set(xlabel="step", ylabel="cross-entropy", ylim=(0, None))
axes[1].contourf(grid, grid, (1 / (1 + np.exp(z[0] - z[1]))).reshape(60, 60), levels=20, cmap="RdBu", vmin=-0.2, vmax=1.2)
axes[1].scatter(*points, c=labels, cmap="RdBu", edgecolors="white", s=18)
axes[1].set_aspect("equal")
plt.show()
