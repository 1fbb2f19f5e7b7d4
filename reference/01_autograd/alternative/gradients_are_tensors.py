"""Gradients are Tensors themselves, None at first; the way back is written with tensor operations, as in PyTorch."""

# %%
import numpy as np
from scipy import optimize

# %%
def relu(x):
    return (np.abs(x) + x) / 2


def relu_backward(x, upstream):
    return upstream * (np.sign(x) + 1) / 2


def tanh_backward(x, upstream):
    return upstream - upstream * np.tanh(x) ** 2


def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1

# %%
def fit(x, y):
    h = 5
    shapes = ((1, h), (1, 1), (h, h), (h, 1), (h, 1), (h, 1))

    def take(vector):
        numbers = iter(vector)
        return [np.array([next(numbers) for _ in range(m * n)]).reshape(m, n) for m, n in shapes]

    start = np.random.default_rng(0).normal(size=h * h + 4 * h + 1)
    solution = optimize.least_squares(
        lambda vector: (network(x, take(vector), np.tanh) - y)[0], start, method="trf", max_nfev=150
    )
    return take(solution.x)

# %%
class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, inputs=(), pull=None):
        self.data = np.array(data, dtype=np.float64)
        self.grad = None
        self.inputs = inputs
        self.pull = pull

    def __add__(self, other):
        return Tensor(self.data + lift(other).data, (self, lift(other)), lambda g: (g, g))

    def __neg__(self):
        return Tensor(-self.data, (self,), lambda g: (-g,))

    def __mul__(self, other):
        other = lift(other)
        a, b = self.detach(), other.detach()
        return Tensor(a.data * b.data, (self, other), lambda g: (g * b, g * a))

    def __truediv__(self, other):
        other = lift(other)
        a, b = self.detach(), other.detach()
        return Tensor(a.data / b.data, (self, other), lambda g: (g / b, -(g * a / (b * b))))

    def __pow__(self, n):
        a = self.detach()
        return Tensor(a.data**n, (self,), lambda g: (g * Tensor(n * a.data ** (n - 1)),))

    def __matmul__(self, other):
        other = lift(other)
        a, b = self.detach(), other.detach()
        return Tensor(a.data @ b.data, (self, other), lambda g: (g @ b.T, a.T @ g))

    def __sub__(self, other):
        return self + -lift(other)

    def __radd__(self, other):
        return lift(other) + self

    def __rsub__(self, other):
        return lift(other) - self

    def __rmul__(self, other):
        return lift(other) * self

    def __rtruediv__(self, other):
        return lift(other) / self

    def __rmatmul__(self, other):
        return lift(other) @ self

    def exp(self):
        y = Tensor(np.exp(self.data))
        return Tensor(y.data, (self,), lambda g: (g * y,))

    def log(self):
        a = self.detach()
        return Tensor(np.log(a.data), (self,), lambda g: (g / a,))

    def relu(self):
        mask = Tensor(self.data >= 0)
        return Tensor(self.data * mask.data, (self,), lambda g: (g * mask,))

    def tanh(self):
        # (1 - e^-2|x|) / (1 + e^-2|x|) does not overflow
        e = np.exp(-2 * np.abs(self.data))
        y = Tensor(np.sign(self.data) * (1 - e) / (1 + e))
        return Tensor(y.data, (self,), lambda g: (g * (1 - y * y),))

    def sum(self, axis=None, keepdims=False):
        shape = self.data.shape
        kept = tuple(1 if axis is None or i == axis % len(shape) else n for i, n in enumerate(shape))
        return Tensor(
            self.data.sum(axis, keepdims=keepdims), (self,), lambda g: (g.reshape(*kept) * Tensor(np.ones(shape)),)
        )

    def mean(self, axis=None, keepdims=False):
        return self.sum(axis, keepdims) * (1.0 / (self.data.size if axis is None else self.data.shape[axis]))

    def reshape(self, *shape):
        old = self.data.shape
        return Tensor(self.data.reshape(shape), (self,), lambda g: (g.reshape(*old),))

    def transpose(self, *axes):
        back = tuple(int(i) for i in np.argsort(np.array(axes) % self.data.ndim)) if axes else ()
        return Tensor(self.data.transpose(axes or None), (self,), lambda g: (g.transpose(*back),))

    @property
    def T(self):
        return self.transpose()

    def __getitem__(self, index):
        def pull(g):
            spread = np.zeros(self.data.shape)
            np.add.at(spread, index, g.data)
            return (Tensor(spread),)

        return Tensor(self.data[index], (self,), pull)

    def detach(self):
        return Tensor(self.data)

    def backward(self, grad=None):
        order, expanded, stack = [], set(), [(self, False)]
        while stack:
            tensor, finished = stack.pop()
            if finished:
                order.append(tensor)
            elif tensor not in expanded:
                expanded.add(tensor)
                stack.append((tensor, True))
                stack += [(i, False) for i in tensor.inputs]
        arrived = {self: lift(np.ones(self.data.shape) if grad is None else grad)}
        for tensor in order[::-1]:
            g = arrived[tensor].detach()
            tensor.grad = g if tensor.grad is None else (tensor.grad + g).detach()
            for i, part in zip(tensor.inputs, tensor.pull(g) if tensor.inputs else ()):
                part = Tensor(reduce_to(part.data, i.data.shape))
                arrived[i] = part if i not in arrived else arrived[i] + part


def lift(value):
    return value if isinstance(value, Tensor) else Tensor(value)


def reduce_to(array, shape):
    extra = array.ndim - len(shape)
    array = np.add.reduce(array, axis=tuple(range(extra))) if extra else array
    for axis, n in enumerate(shape):
        if n != array.shape[axis]:
            array = np.add.reduce(array, axis=axis, keepdims=True)
    return array

# %%
def l2_loss(prediction, y):
    return ((y - prediction) ** 2).mean()


def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    margin = logits - logits[rows, labels].reshape(-1, 1)
    top = np.maximum(margin.data.max(axis=1, keepdims=True), 0)
    return ((margin - top).exp().sum(axis=1, keepdims=True).log() + top).mean()


def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data = parameter.data - learning_rate * parameter.grad.data
        parameter.grad = None

# %%
def train(x, y):
    rng = np.random.default_rng(0)
    p = [Tensor(rng.normal(size=s)) for s in ((1, 8), (1, 1), (8, 8), (8, 1), (8, 1), (8, 1))]
    for step in range(700):
        loss = l2_loss(network(x, p, Tensor.tanh), y)
        loss.backward()
        descend(p, 0.15 if step < 500 else 0.05)
    return p
