"""One global tape: every operation writes down its result, inputs and slopes; backward plays the tape backwards."""

# %%
import numpy as np
from scipy.optimize import minimize

# %%
def relu(x):
    y = np.array(x, dtype=float)
    y[y < 0] = 0
    return y


def relu_backward(x, upstream):
    return np.multiply(upstream, np.heaviside(x, 0.5))


def tanh_backward(x, upstream):
    e = np.exp(-2 * np.abs(x))
    return upstream * 4 * e / (1 + e) ** 2

# %%
def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    h1 = g(a3 @ x + b3)
    h2 = g(a2 @ h1 + b2)
    y = a1 @ h2 + b1
    return y

# %%
def pieces(v):
    return [v[0:4].reshape(1, 4), v[4:5].reshape(1, 1), v[5:21].reshape(4, 4), v[21:25].reshape(4, 1),
            v[25:29].reshape(4, 1), v[29:33].reshape(4, 1)]


def fit(x, y):
    def loss(v):
        return np.sum((network(x, pieces(v), np.tanh) - y) ** 2)

    for seed in range(10):
        result = minimize(loss, np.random.default_rng(seed).uniform(-2, 2, 33), method="BFGS", options={"maxiter": 300})
        if result.fun < 0.015 * np.sum((y - y.mean()) ** 2):
            break
    return pieces(result.x)

# %%
TAPE = []


def record(value, *inputs):
    """A tensor with `value`; inputs are pairs of a tensor and the function that brings a gradient back to it."""
    out = Tensor(value)
    out.position = len(TAPE)
    TAPE.append((out, inputs))
    return out


def shrink(gradient, shape):
    if gradient.shape == shape:
        return gradient
    padded = (1,) * (gradient.ndim - len(shape)) + shape
    axes = tuple(i for i in range(gradient.ndim) if padded[i] == 1)
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)


class Tensor:
    __array_priority__ = 100

    def __init__(self, data):
        self.data = np.array(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.position = -1  # not on the tape

    def backward(self, grad=None):
        pending = {self: np.ones_like(self.data) if grad is None else np.array(grad, dtype=np.float64)}
        for position in range(self.position, -1, -1):
            out, inputs = TAPE[position]
            if out not in pending:
                continue
            upstream = pending.pop(out)
            out.grad = out.grad + upstream
            for tensor, back in inputs:
                gradient = shrink(back(upstream), tensor.data.shape)
                pending[tensor] = pending[tensor] + gradient if tensor in pending else gradient
            if all(tensor.position < 0 for tensor in pending):
                break
        for tensor, gradient in pending.items():
            tensor.grad = tensor.grad + gradient

    def __add__(self, other):
        other = as_tensor(other)
        return record(self.data + other.data, (self, lambda u: u), (other, lambda u: u))

    def __neg__(self):
        return record(-self.data, (self, np.negative))

    def __sub__(self, other):
        other = as_tensor(other)
        return record(self.data - other.data, (self, lambda u: u), (other, lambda u: -u))

    def __mul__(self, other):
        other = as_tensor(other)
        a, b = self.data, other.data
        return record(a * b, (self, lambda u: u * b), (other, lambda u: u * a))

    def __truediv__(self, other):
        other = as_tensor(other)
        a, b = self.data, other.data
        return record(a / b, (self, lambda u: u / b), (other, lambda u: -u * a / (b * b)))

    def __pow__(self, n):
        a = self.data
        return record(a**n, (self, lambda u: u * n * a ** (n - 1)))

    def __matmul__(self, other):
        other = as_tensor(other)
        a, b = self.data, other.data
        return record(a @ b, (self, lambda u: u @ b.T), (other, lambda u: a.T @ u))

    def __radd__(self, other): return as_tensor(other) + self
    def __rsub__(self, other): return as_tensor(other) - self
    def __rmul__(self, other): return as_tensor(other) * self
    def __rtruediv__(self, other): return as_tensor(other) / self
    def __rmatmul__(self, other): return as_tensor(other) @ self

    def exp(self):
        y = np.exp(self.data)
        return record(y, (self, lambda u: u * y))

    def log(self):
        x = self.data
        return record(np.log(x), (self, lambda u: u / x))

    def relu(self):
        x = self.data
        return record(relu(x), (self, lambda u: relu_backward(x, u)))

    def tanh(self):
        y = np.tanh(self.data)
        return record(y, (self, lambda u: u * (1 - y) * (1 + y)))

    def sum(self, axis=None, keepdims=False):
        kept = np.sum(self.data, axis=axis, keepdims=True)
        value = kept if keepdims else np.sum(self.data, axis=axis)
        return record(value, (self, lambda u: np.zeros(self.data.shape) + u.reshape(kept.shape)))

    def mean(self, axis=None, keepdims=False):
        count = self.data.size if axis is None else self.data.shape[axis]
        kept = np.sum(self.data, axis=axis, keepdims=True)
        value = np.mean(self.data, axis=axis, keepdims=keepdims)
        return record(value, (self, lambda u: np.zeros(self.data.shape) + u.reshape(kept.shape) / count))

    def reshape(self, *shape):
        return record(self.data.reshape(*shape), (self, lambda u: u.reshape(self.data.shape)))

    def transpose(self, *axes):
        axes = axes or tuple(range(self.data.ndim))[::-1]
        places = np.moveaxis  # moves axis i of the gradient back to where it came from
        return record(self.data.transpose(axes), (self, lambda u: places(u, range(u.ndim), axes)))

    T = property(lambda self: self.transpose())

    def __getitem__(self, index):
        def back(u):
            gradient = np.zeros_like(self.data)
            np.add.at(gradient, index, u)
            return gradient

        return record(self.data[index], (self, back))


def as_tensor(value):
    return value if isinstance(value, Tensor) else Tensor(value)

# %%
def l2_loss(prediction, y):
    error = prediction - y
    return (error**2).sum() / error.data.size


def cross_entropy(logits, labels):
    z = logits - logits.data.max(axis=1, keepdims=True)
    log_p = z - z.exp().sum(axis=1, keepdims=True).log()
    one_hot = np.zeros(logits.data.shape)
    one_hot[np.arange(len(labels)), labels] = 1
    return -(log_p * one_hot).sum() / len(labels)


def descend(parameters, learning_rate):
    for t in parameters:
        t.data = t.data - learning_rate * t.grad
        t.grad = 0 * t.grad

# %%
def train(x, y):
    rng = np.random.default_rng(5)
    p = [Tensor(rng.normal(size=s)) for s in [(1, 8), (1, 1), (8, 8), (8, 1), (8, 1), (8, 1)]]
    for _ in range(1200):
        TAPE.clear()
        l2_loss(network(x, p, Tensor.tanh), y).backward()
        descend(p, 0.1)
    return p
