"""Values and gradients are read by methods, `t.numpy()` and `t.gradient()`; a heap hands out the youngest tensor first.

A tensor is always younger than those it was computed from, so its age is a topological order.
"""

# %%
import heapq
import itertools

import numpy as np
from scipy.optimize import minimize

# %%
def relu(x):
    return np.where(np.less(x, 0), 0.0, x)


def relu_backward(x, upstream):
    return np.where(np.less(x, 0), 0.0, upstream)


def tanh_backward(x, upstream):
    return upstream * (1.0 - np.square(np.tanh(x)))


def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p

    def layer(a, b, z):
        return a @ z + b

    return layer(a1, b1, g(layer(a2, b2, g(layer(a3, b3, x)))))

# %%
def fit(x, y):
    """BFGS with slopes worked out by hand."""
    n = x.size

    def parts(v):
        return v[:6].reshape(1, 6), v[6:7].reshape(1, 1), v[7:43].reshape(6, 6), v[43:49].reshape(6, 1), \
            v[49:55].reshape(6, 1), v[55:].reshape(6, 1)

    def loss_and_slope(v):
        a1, b1, a2, b2, a3, b3 = parts(v)
        u = a3 @ x + b3
        h = np.tanh(u)
        w = a2 @ h + b2
        k = np.tanh(w)
        error = a1 @ k + b1 - y
        d = 2 * error / n
        dw = tanh_backward(w, a1.T @ d)
        du = tanh_backward(u, a2.T @ dw)
        slopes = [d @ k.T, d.sum(1), dw @ h.T, dw.sum(1), du @ x.T, du.sum(1)]
        return np.mean(error**2), np.concatenate([s.ravel() for s in slopes])

    start = np.random.default_rng(0).normal(size=61)
    return parts(minimize(loss_and_slope, start, jac=True, options={"maxiter": 500}).x)

# %%
birth = itertools.count()


class Tensor:
    __array_ufunc__ = None

    def __init__(self, values, history=None):
        self._values = np.array(values, dtype=np.float64)
        self._gradient = None
        self._history = history or []
        self._born = next(birth)

    def numpy(self):
        return self._values.copy()

    def gradient(self):
        return np.zeros_like(self._values) if self._gradient is None else self._gradient.copy()

    def backward(self, upstream=None):
        waiting = {self._born: np.ones_like(self._values) if upstream is None else np.array(upstream, dtype=np.float64)}
        heap = [(-self._born, self)]
        while heap:
            _, tensor = heapq.heappop(heap)
            arrived = waiting.pop(tensor._born)
            tensor._gradient = tensor.gradient() + arrived
            for parent, pull in tensor._history:
                part = parent._fit_shape(pull(arrived))
                if parent._born in waiting:
                    waiting[parent._born] = waiting[parent._born] + part
                else:
                    waiting[parent._born] = part
                    heapq.heappush(heap, (-parent._born, parent))

    def _fit_shape(self, array):
        shape = self._values.shape
        for _ in range(array.ndim - len(shape)):
            array = array.sum(axis=0)
        return array.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

    @staticmethod
    def _of(other):
        return other if isinstance(other, Tensor) else Tensor(other)

    def __add__(self, other):
        other = self._of(other)
        return Tensor(self._values + other._values, [(self, lambda g: g), (other, lambda g: g)])

    def __sub__(self, other):
        other = self._of(other)
        return Tensor(self._values - other._values, [(self, lambda g: g), (other, lambda g: -g)])

    def __mul__(self, other):
        other = self._of(other)
        a, b = self._values, other._values
        return Tensor(a * b, [(self, lambda g: g * b), (other, lambda g: g * a)])

    def __truediv__(self, other):
        other = self._of(other)
        a, b = self._values, other._values
        return Tensor(a / b, [(self, lambda g: g / b), (other, lambda g: -g * a / b**2)])

    def __matmul__(self, other):
        other = self._of(other)
        a, b = self._values, other._values
        return Tensor(np.matmul(a, b), [(self, lambda g: np.matmul(g, b.T)), (other, lambda g: np.matmul(a.T, g))])

    def __neg__(self):
        return 0.0 - self

    def __pow__(self, n):
        a = self._values
        return Tensor(a**n, [(self, lambda g: g * n * a ** (n - 1))])

    def __radd__(self, other):
        return self._of(other) + self

    def __rsub__(self, other):
        return self._of(other) - self

    def __rmul__(self, other):
        return self._of(other) * self

    def __rtruediv__(self, other):
        return self._of(other) / self

    def __rmatmul__(self, other):
        return self._of(other) @ self

    def exp(self):
        y = np.exp(self._values)
        return Tensor(y, [(self, lambda g: g * y)])

    def log(self):
        return Tensor(np.log(self._values), [(self, lambda g: g / self._values)])

    def relu(self):
        return Tensor(relu(self._values), [(self, lambda g: relu_backward(self._values, g))])

    def tanh(self):
        return Tensor(np.tanh(self._values), [(self, lambda g: tanh_backward(self._values, g))])

    def sum(self, axis=None, keepdims=False):
        kept = self._values.sum(axis=axis, keepdims=True).shape
        return Tensor(
            self._values.sum(axis=axis, keepdims=keepdims),
            [(self, lambda g: np.broadcast_to(g.reshape(kept), self._values.shape))],
        )

    def mean(self, axis=None, keepdims=False):
        kept = self._values.sum(axis=axis, keepdims=True)
        return self.sum(axis, keepdims) / (self._values.size / kept.size)

    def reshape(self, *shape):
        return Tensor(self._values.reshape(*shape), [(self, lambda g: g.reshape(self._values.shape))])

    def transpose(self, *axes):
        order = [axis % self._values.ndim for axis in axes] or list(range(self._values.ndim))[::-1]
        back = [order.index(axis) for axis in range(len(order))]
        return Tensor(self._values.transpose(order), [(self, lambda g: g.transpose(back))])

    @property
    def T(self):
        return self.transpose()

    def __getitem__(self, index):
        def pull(g):
            out = np.zeros_like(self._values)
            np.add.at(out, index, g)
            return out

        return Tensor(self._values[index], [(self, pull)])

    def step(self, learning_rate):
        self._values = self._values - learning_rate * self.gradient()
        self._gradient = None

# %%
def l2_loss(prediction, y):
    return ((prediction - y) ** 2).mean()


def cross_entropy(logits, labels):
    z = logits - np.max(logits.numpy(), axis=-1, keepdims=True)
    logarithms = z.exp().sum(axis=-1).log()
    return sum((logarithms[i] - z[i, int(label)] for i, label in enumerate(labels)), Tensor(0.0)) / len(labels)


def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.step(learning_rate)

# %%
def train(x, y):
    rng = np.random.default_rng(2)
    p = [Tensor(rng.normal(size=s)) for s in [(1, 8), (1, 1), (8, 8), (8, 1), (8, 1), (8, 1)]]
    loss = l2_loss(network(x, p, Tensor.tanh), y)
    for step in range(2500):
        if loss.numpy() < 0.01 * np.var(y):
            break
        loss.backward()
        descend(p, 0.1)
        loss = l2_loss(network(x, p, Tensor.tanh), y)
    return p
