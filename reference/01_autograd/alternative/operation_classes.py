"""Each operation is a class with forward and backward, as in needle and minitorch; gradients are None at first.

`Operation.apply` records the operation; the walk collects lists of gradients per tensor and sums each when it is due.
"""

# %%
import numpy as np
import scipy.optimize

# %%
def relu(x):
    return x * (x > 0)


def relu_backward(x, upstream):
    slope = np.zeros_like(x)
    slope[x > 0] = 1
    slope[x == 0] = 0.5
    return slope * upstream


def tanh_backward(x, upstream):
    return upstream / np.cosh(x) ** 2

# %%
def network(x, p, g):
    weights, biases = p[0::2], p[1::2]
    for a, b in list(zip(weights, biases))[:0:-1]:
        x = g(a @ x + b)
    return weights[0] @ x + biases[0]

# %%
H = 6


def cut(v):
    shapes = [(1, H), (1, 1), (H, H), (H, 1), (H, 1), (H, 1)]
    p = []
    for shape in shapes:
        size = shape[0] * shape[1]
        p.append(v[:size].reshape(shape))
        v = v[size:]
    return p


def fit(x, y):
    start = np.random.default_rng(3).standard_normal(H * H + 4 * H + 1)
    found = scipy.optimize.least_squares(lambda v: (network(x, cut(v), np.tanh) - y).ravel(), start, max_nfev=200)
    return cut(found.x)

# %%
class Operation:
    @classmethod
    def apply(cls, *inputs, **options):
        operation = cls()
        operation.__dict__.update(options)
        operation.inputs = [i if isinstance(i, Tensor) else Tensor(i) for i in inputs]
        out = Tensor(operation.forward(*(i.data for i in operation.inputs)))
        out.operation = operation
        return out


class Add(Operation):
    def forward(self, a, b):
        return a + b

    def backward(self, out_grad):
        return out_grad, out_grad


class Subtract(Operation):
    def forward(self, a, b):
        return a - b

    def backward(self, out_grad):
        return out_grad, -out_grad


class Multiply(Operation):
    def forward(self, a, b):
        return a * b

    def backward(self, out_grad):
        a, b = self.inputs
        return out_grad * b.data, out_grad * a.data


class Divide(Operation):
    def forward(self, a, b):
        return a / b

    def backward(self, out_grad):
        a, b = (i.data for i in self.inputs)
        return out_grad / b, -out_grad * (a / b) / b


class Power(Operation):
    def forward(self, a):
        return np.power(a, self.n)

    def backward(self, out_grad):
        return (out_grad * self.n * np.power(self.inputs[0].data, self.n - 1),)


class MatMul(Operation):
    def forward(self, a, b):
        return a.dot(b)

    def backward(self, out_grad):
        a, b = (i.data for i in self.inputs)
        return out_grad.dot(b.transpose()), a.transpose().dot(out_grad)


class Exp(Operation):
    def forward(self, a):
        self.value = np.exp(a)
        return self.value

    def backward(self, out_grad):
        return (out_grad * self.value,)


class Log(Operation):
    def forward(self, a):
        return np.log(a)

    def backward(self, out_grad):
        return (out_grad / self.inputs[0].data,)


class ReLU(Operation):
    def forward(self, a):
        return relu(a)

    def backward(self, out_grad):
        return (relu_backward(self.inputs[0].data, out_grad),)


class Tanh(Operation):
    def forward(self, a):
        return np.tanh(a)

    def backward(self, out_grad):
        return (tanh_backward(self.inputs[0].data, out_grad),)


class Sum(Operation):
    def forward(self, a):
        return np.sum(a, axis=self.axis, keepdims=self.keepdims)

    def backward(self, out_grad):
        shape = list(self.inputs[0].data.shape)
        if self.axis is None:
            kept = [1] * len(shape)
        else:
            kept = list(shape)
            kept[self.axis] = 1
        return (out_grad.reshape(kept) * np.ones(shape),)


class Reshape(Operation):
    def forward(self, a):
        return np.reshape(a, self.shape)

    def backward(self, out_grad):
        return (np.reshape(out_grad, self.inputs[0].data.shape),)


class Transpose(Operation):
    def forward(self, a):
        return np.transpose(a, self.axes)

    def backward(self, out_grad):
        if self.axes is None:
            return (np.transpose(out_grad),)
        inverse = [0] * len(self.axes)
        for new, old in enumerate(self.axes):
            inverse[old] = new
        return (np.transpose(out_grad, inverse),)


class Pick(Operation):
    def forward(self, a):
        return a[self.index]

    def backward(self, out_grad):
        positions = np.arange(self.inputs[0].data.size).reshape(self.inputs[0].data.shape)[self.index]
        counts = np.bincount(np.ravel(positions), weights=np.ravel(out_grad), minlength=self.inputs[0].data.size)
        return (counts.astype(float).reshape(self.inputs[0].data.shape),)  # bincount of nothing gives integers

# %%
class Tensor:
    __array_ufunc__ = None

    def __init__(self, data):
        self.data = np.array(data, dtype="float64")
        self.grad = None
        self.operation = None

    __add__ = __radd__ = lambda self, other: Add.apply(self, other)
    __mul__ = __rmul__ = lambda self, other: Multiply.apply(self, other)
    __sub__ = lambda self, other: Subtract.apply(self, other)
    __rsub__ = lambda self, other: Subtract.apply(other, self)
    __truediv__ = lambda self, other: Divide.apply(self, other)
    __rtruediv__ = lambda self, other: Divide.apply(other, self)
    __matmul__ = lambda self, other: MatMul.apply(self, other)
    __rmatmul__ = lambda self, other: MatMul.apply(other, self)
    __neg__ = lambda self: Subtract.apply(0.0, self)
    __pow__ = lambda self, n: Power.apply(self, n=n)
    __getitem__ = lambda self, index: Pick.apply(self, index=index)
    exp = lambda self: Exp.apply(self)
    log = lambda self: Log.apply(self)
    relu = lambda self: ReLU.apply(self)
    tanh = lambda self: Tanh.apply(self)
    reshape = lambda self, *shape: Reshape.apply(self, shape=shape)
    transpose = lambda self, *axes: Transpose.apply(self, axes=axes or None)
    T = property(lambda self: Transpose.apply(self, axes=None))

    def sum(self, axis=None, keepdims=False):
        return Sum.apply(self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def backward(self, grad=None):
        grads = {id(self): [np.ones_like(self.data) if grad is None else np.asarray(grad, dtype="float64")]}
        for tensor in reversed(topological_order(self)):
            total = sum(grads[id(tensor)])
            tensor.grad = total if tensor.grad is None else tensor.grad + total
            if tensor.operation is not None:
                for i, g in zip(tensor.operation.inputs, tensor.operation.backward(total)):
                    grads.setdefault(id(i), []).append(sum_to(g, i.data.shape))


def topological_order(tensor, done=None):
    done = {} if done is None else done  # a dict keeps its order
    if id(tensor) not in done:
        for i in tensor.operation.inputs if tensor.operation else ():
            topological_order(i, done)
        done[id(tensor)] = tensor
    return list(done.values())


def sum_to(gradient, shape):
    lead = gradient.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return gradient.sum(axis=axes).reshape(shape)

# %%
class CrossEntropy(Operation):
    def forward(self, z):
        z = z - z.max(axis=1)[:, None]
        self.p = np.exp(z) / np.exp(z).sum(axis=1)[:, None]
        chosen = z[range(len(z)), self.labels]
        return np.mean(np.log(np.exp(z).sum(axis=1)) - chosen)

    def backward(self, out_grad):
        one_hot = np.eye(self.p.shape[1])[self.labels]
        return (out_grad * (self.p - one_hot) / len(self.p),)


def cross_entropy(logits, labels):
    return CrossEntropy.apply(logits, labels=labels)


class MeanSquare(Operation):
    def forward(self, a):
        return np.mean(a**2)

    def backward(self, out_grad):
        a = self.inputs[0].data
        return (out_grad * 2 * a / a.size,)


def l2_loss(prediction, y):
    return MeanSquare.apply(prediction - y)

# %%
def descend(parameters, learning_rate):
    for p in parameters:
        p.data -= learning_rate * p.grad
        p.grad = None

# %%
def train(x, y):
    rng = np.random.default_rng(42)
    p = [Tensor(rng.normal(size=shape)) for shape in [(1, 12), (1, 1), (12, 12), (12, 1), (12, 1), (12, 1)]]
    for _ in range(800):
        loss = l2_loss(network(x, p, lambda t: t.tanh()), y)
        loss.backward()
        descend(p, 0.1)
    return p
