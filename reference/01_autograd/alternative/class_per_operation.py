"""Every operation is a subclass of Tensor with a method `send`; single letters for the attributes: `val` and `g`.

A pass first counts through a sorted list of nodes, made with an explicit stack; training uses momentum.
"""

# %%
import numpy as np
from scipy.optimize import minimize

# %%
def relu(x):
    return np.fmax(x, 0)


def relu_backward(x, upstream):
    return np.greater(x, 0) * upstream


def tanh_backward(x, upstream):
    plus, minus = np.exp(x), np.exp(-x)
    return upstream * 4 / (plus + minus) ** 2


def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    z = a3 @ x + b3
    z = a2 @ g(z) + b2
    return a1 @ g(z) + b1

# %%
def fit(x, y):
    rng = np.random.default_rng(0)
    p = [rng.normal(size=s) for s in [(1, 7), (1, 1), (7, 7), (7, 1), (7, 1), (7, 1)]]
    ends = np.cumsum([a.size for a in p])

    def build(v):
        return [v[end - a.size : end].reshape(a.shape) for a, end in zip(p, ends)]

    def loss(v):
        return float(np.mean((network(x, build(v), np.tanh) - y) ** 2))

    return build(minimize(loss, np.hstack([a.ravel() for a in p]), method="L-BFGS-B", options={"maxfun": 30000}).x)

# %%
class Tensor:
    __array_ufunc__ = None

    def __init__(self, val, *sources):
        self.val = np.array(val, dtype=np.float64)
        self.g = np.zeros_like(self.val)
        self.sources = sources

    def send(self, g):
        return ()

    def sorted(self):
        done, order, stack = set(), [], [self]
        while stack:
            node = stack[-1]
            missing = [s for s in node.sources if s not in done]
            if missing:
                stack.extend(missing)
            else:
                stack.pop()
                if node not in done:
                    done.add(node)
                    order.append(node)
        return order

    def backward(self, g=None):
        order = self.sorted()
        moving = dict.fromkeys(order, 0.0)
        moving[self] = np.ones_like(self.val) if g is None else np.array(g, dtype=np.float64)
        for node in reversed(order):
            node.g = node.g + moving[node]
            for source, part in zip(node.sources, node.send(moving[node])):
                moving[source] = moving[source] + narrow(part, source.val.shape)

    def __add__(self, other): return Plus(self, other)
    def __radd__(self, other): return Plus(other, self)
    def __sub__(self, other): return Plus(self, Times(-1, other))
    def __rsub__(self, other): return Plus(other, Times(-1, self))
    def __neg__(self): return Times(-1, self)
    def __mul__(self, other): return Times(self, other)
    def __rmul__(self, other): return Times(other, self)
    def __truediv__(self, other): return Over(self, other)
    def __rtruediv__(self, other): return Over(other, self)
    def __matmul__(self, other): return Product(self, other)
    def __rmatmul__(self, other): return Product(other, self)
    def __pow__(self, n): return Power(self, n)
    def __getitem__(self, index): return Item(self, index)
    def exp(self): return Exp(self)
    def log(self): return Log(self)
    def relu(self): return Relu(self)
    def tanh(self): return Tanh(self)
    def sum(self, axis=None, keepdims=False): return Sum(self, axis, keepdims)
    def mean(self, axis=None, keepdims=False): return Mean(self, axis, keepdims)
    def reshape(self, *shape): return Reshape(self, shape)
    def transpose(self, *axes): return Transpose(self, axes or None)

    @property
    def T(self):
        return Transpose(self, None)


def wrap(thing):
    return thing if isinstance(thing, Tensor) else Tensor(thing)


def narrow(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g.sum(axis=tuple(np.flatnonzero(np.array(shape) == 1).tolist()), keepdims=True)


class Plus(Tensor):
    def __init__(self, a, b):
        a, b = wrap(a), wrap(b)
        super().__init__(a.val + b.val, a, b)

    def send(self, g):
        return g, g


class Times(Tensor):
    def __init__(self, a, b):
        a, b = wrap(a), wrap(b)
        super().__init__(a.val * b.val, a, b)

    def send(self, g):
        a, b = self.sources
        return b.val * g, a.val * g


class Over(Tensor):
    def __init__(self, a, b):
        a, b = wrap(a), wrap(b)
        super().__init__(a.val / b.val, a, b)

    def send(self, g):
        a, b = self.sources
        return g / b.val, -g * self.val / b.val


class Product(Tensor):
    def __init__(self, a, b):
        a, b = wrap(a), wrap(b)
        super().__init__(a.val @ b.val, a, b)

    def send(self, g):
        a, b = self.sources
        return (b.val @ g.T).T, (g.T @ a.val).T


class Power(Tensor):
    def __init__(self, a, n):
        super().__init__(np.float_power(a.val, n), a)
        self.n = n

    def send(self, g):
        return (g * self.n * np.float_power(self.sources[0].val, self.n - 1),)


class Exp(Tensor):
    def __init__(self, a):
        super().__init__(np.exp(a.val), a)

    def send(self, g):
        return (g * self.val,)


class Log(Tensor):
    def __init__(self, a):
        super().__init__(np.log(a.val), a)

    def send(self, g):
        return (g / self.sources[0].val,)


class Relu(Tensor):
    def __init__(self, a):
        super().__init__(relu(a.val), a)

    def send(self, g):
        return (g * (self.val > 0),)


class Tanh(Tensor):
    def __init__(self, a):
        super().__init__(np.tanh(a.val), a)

    def send(self, g):
        return (g * (1 - self.val**2),)


class Sum(Tensor):
    def __init__(self, a, axis, keepdims):
        super().__init__(a.val.sum(axis=axis, keepdims=keepdims), a)
        self.kept = a.val.sum(axis=axis, keepdims=True).shape

    def send(self, g):
        a = self.sources[0].val
        return (np.tile(g.reshape(self.kept), [n // k for n, k in zip(a.shape, self.kept)]).reshape(a.shape),)


class Mean(Sum):
    def __init__(self, a, axis, keepdims):
        super().__init__(a, axis, keepdims)
        self.count = a.val.size // self.val.size
        self.val = self.val / self.count

    def send(self, g):
        return super().send(g / self.count)


class Reshape(Tensor):
    def __init__(self, a, shape):
        super().__init__(a.val.reshape(shape), a)

    def send(self, g):
        return (g.reshape(self.sources[0].val.shape),)


class Transpose(Tensor):
    def __init__(self, a, axes):
        super().__init__(np.transpose(a.val, axes), a)
        self.axes = axes

    def send(self, g):
        back = np.empty(g.ndim, dtype=int)
        back[list(self.axes or range(g.ndim)[::-1])] = np.arange(g.ndim)
        return (np.transpose(g, back),)


class Item(Tensor):
    def __init__(self, a, index):
        super().__init__(a.val[index], a)
        self.index = index

    def send(self, g):
        full = np.zeros_like(self.sources[0].val)
        np.add.at(full, self.index, g)
        return (full,)

# %%
class CrossEntropy(Tensor):
    def __init__(self, logits, labels):
        self.rows, self.labels = np.arange(len(labels)), labels
        z = logits.val - logits.val.max(axis=1, keepdims=True)
        self.log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        super().__init__(np.mean(-self.log_p[self.rows, labels]), logits)

    def send(self, g):
        y = np.zeros_like(self.log_p)
        y[self.rows, self.labels] = 1
        return (g * (np.exp(self.log_p) - y) / len(y),)


def cross_entropy(logits, labels):
    return CrossEntropy(logits, labels)


def l2_loss(prediction, y):
    return ((prediction - y) ** 2).sum() / np.size(y)


def descend(parameters, learning_rate):
    for p in parameters:
        p.val = p.val - learning_rate * p.g
        p.g = np.zeros_like(p.g)

# %%
def train(x, y):
    rng = np.random.default_rng(4)
    p = [Tensor(rng.normal(size=s) * 0.7) for s in [(1, 10), (1, 1), (10, 10), (10, 1), (10, 1), (10, 1)]]
    velocity = [0.0] * len(p)
    for _ in range(600):
        l2_loss(network(x, p, Tensor.tanh), y).backward()
        velocity = [0.9 * v - 0.02 * t.g for v, t in zip(velocity, p)]
        for t, v in zip(p, velocity):
            t.val = t.val + v
            t.g = np.zeros_like(t.g)
    return p
