"""What students might write: tensors in two styles, with places to plant mistakes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np


def sum_to(gradient, shape):
    """Undo broadcasting."""
    gradient = np.asarray(gradient)
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1 and gradient.shape[axis] != 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


def spread(gradient, shape, axis, keepdims):
    """Undo a sum over axes."""
    if axis is not None and not keepdims:
        gradient = np.expand_dims(gradient, axis)
    return np.broadcast_to(gradient, shape) * 1.0


class Tensor:
    """Closures and a recursive topological sort, ``.data`` and ``.grad``."""

    unbroadcast = staticmethod(sum_to)
    __array_ufunc__ = None

    def __init__(self, data, parents=(), slopes=()):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents = parents
        self.slopes = slopes

    def wrap(self, other):
        return other if isinstance(other, type(self)) else type(self)(other)

    def make(self, data, *pairs):
        return type(self)(data, [p for p, _ in pairs], [s for _, s in pairs])

    def accumulate(self, gradient):
        self.grad = gradient.copy() if self.grad is None else self.grad + gradient

    def order(self):
        done, order = set(), []

        def visit(tensor):
            if id(tensor) not in done:
                done.add(id(tensor))
                for parent in tensor.parents:
                    visit(parent)
                order.append(tensor)

        visit(self)
        return order[::-1]

    def backward(self, grad=None):
        arrived = {id(self): np.ones_like(self.data) if grad is None else np.array(grad, dtype=float)}
        for tensor in self.order():
            gradient = arrived[id(tensor)]
            tensor.accumulate(gradient)
            for parent, slope in zip(tensor.parents, tensor.slopes, strict=True):
                part = self.unbroadcast(slope(gradient), parent.data.shape)
                arrived[id(parent)] = arrived[id(parent)] + part if id(parent) in arrived else part

    def __add__(self, other):
        other = self.wrap(other)
        return self.make(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = self.wrap(other)
        return self.make(
            self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data)
        )

    def __matmul__(self, other):
        return self.make(
            self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g)
        )

    def __neg__(self):
        return self.make(-self.data, (self, lambda g: -g))

    def __sub__(self, other):
        return self + (-self.wrap(other))

    def __rsub__(self, other):
        return self.wrap(other) + (-self)

    def __truediv__(self, other):
        return self * self.wrap(other) ** -1

    def __rtruediv__(self, other):
        return self.wrap(other) * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        return self.make(self.data ** float(n), (self, lambda g: g * n * self.data ** (float(n) - 1)))

    def sum(self, axis=None, keepdims=False):
        shape = self.data.shape
        return self.make(
            self.data.sum(axis=axis, keepdims=keepdims), (self, lambda g: spread(g, shape, axis, keepdims))
        )

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def exp(self):
        y = np.exp(self.data)
        return self.make(y, (self, lambda g: g * y))

    def log(self):
        return self.make(np.log(self.data), (self, lambda g: g / self.data))

    def relu(self):
        return self.make(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def tanh(self):
        y = np.tanh(self.data)
        return self.make(y, (self, lambda g: g * (1 - y * y)))

    def reshape(self, *shape):
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        return self.make(self.data.reshape(shape), (self, lambda g: g.reshape(self.data.shape)))

    def transpose(self, *axes):
        back = np.argsort([a % self.data.ndim for a in axes]) if axes else None
        return self.make(self.data.transpose(*axes), (self, lambda g: g.transpose(back)))

    @property
    def T(self):  # noqa: N802
        return self.transpose()

    def __getitem__(self, index):
        def slope(g):
            whole = np.zeros_like(self.data)
            np.add.at(whole, index, g)
            return whole

        return self.make(self.data[index], (self, slope))


class Node:
    """Operation classes on a tape; the value is a method and the gradient has another name."""

    tape: ClassVar[list] = []

    def __init__(self, array, sources=(), pull=None):
        self._array = np.asarray(array, dtype=np.float64)
        self.gradient = np.zeros_like(self._array)
        self.sources = sources
        self.pull = pull
        Node.tape.append(self)

    def value(self):
        return self._array

    @staticmethod
    def node(other):
        return other if isinstance(other, Node) else Node(other)

    def __add__(self, other):
        other = self.node(other)
        return Node(self._array + other._array, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = self.node(other)
        return Node(self._array * other._array, (self, other), lambda g: (g * other._array, g * self._array))

    __radd__ = __add__
    __rmul__ = __mul__

    def relu(self):
        return Node(np.where(self._array > 0, self._array, 0.0), (self,), lambda g: (g * (self._array > 0),))

    def sum(self, axis=None, keepdims=False):
        shape = self._array.shape
        return Node(
            self._array.sum(axis=axis, keepdims=keepdims),
            (self,),
            lambda g: (spread(g, shape, axis, keepdims),),
        )

    def backward(self, upstream=1.0):
        flow = {id(self): np.broadcast_to(np.asarray(upstream, dtype=float), self._array.shape)}
        for node in reversed(Node.tape):
            if id(node) not in flow:
                continue
            gradient = flow.pop(id(node))
            node.gradient = node.gradient + gradient
            for source, part in zip(node.sources, node.pull(gradient) if node.pull else (), strict=True):
                flow[id(source)] = flow.get(id(source), 0) + sum_to(part, source._array.shape)
        Node.tape.clear()


class Overwriting(Tensor):
    """= instead of +=, everywhere."""

    def backward(self, grad=None):
        self.grad = np.ones_like(self.data) if grad is None else np.array(grad, dtype=float)
        for tensor in self.order():
            for parent, slope in zip(tensor.parents, tensor.slopes, strict=True):
                parent.grad = self.unbroadcast(slope(tensor.grad), parent.data.shape)


class Resetting(Tensor):
    """A second backward pass forgets the first."""

    def accumulate(self, gradient):
        self.grad = gradient


class Early(Tensor):
    """Visits values before all of their gradient has arrived."""

    def order(self):
        waiting, order = [self], []
        while waiting:
            tensor = waiting.pop(0)
            if tensor not in order:
                order.append(tensor)
                waiting.extend(tensor.parents)
        return order


class Recursive(Tensor):
    """Passes on the whole gradient each time something arrives."""

    def backward(self, grad=None):
        self.grad = np.ones_like(self.data) if grad is None else np.array(grad, dtype=float)
        self.push()

    def push(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            part = self.unbroadcast(slope(self.grad), parent.data.shape)
            parent.grad = part if parent.grad is None else parent.grad + part
            parent.push()


class NotSummed(Tensor):
    """Forgets that broadcasting stretches an argument."""

    unbroadcast = staticmethod(lambda gradient, shape: gradient)


class Averaged(Tensor):
    """Averages over broadcast axes."""

    @staticmethod
    def unbroadcast(gradient, shape):
        size = int(np.prod(shape))
        return sum_to(gradient, shape) * (size / np.asarray(gradient).size)


class Squeezed(Tensor):
    """Drops axes of length 1."""

    @staticmethod
    def unbroadcast(gradient, shape):
        return np.squeeze(sum_to(gradient, shape))


class IgnoringUpstream(Tensor):
    """Starts with ones whatever it is given."""

    def backward(self, grad=None):
        super().backward(np.ones_like(self.data))


class Forgetful(Tensor):
    """Never sets a gradient."""

    def accumulate(self, gradient):
        pass


class SinglePrecision(Tensor):
    """Gradients in float32."""

    def accumulate(self, gradient):
        super().accumulate(gradient.astype(np.float32))


class SwappedProduct(Tensor):
    """Each factor gets the gradient of the other."""

    def __mul__(self, other):
        other = self.wrap(other)
        return self.make(
            self.data * other.data, (self, lambda g: g * self.data), (other, lambda g: g * other.data)
        )


class TransposedMatmul(Tensor):
    """The gradient of the second factor is transposed."""

    def __matmul__(self, other):
        return self.make(
            self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: (self.data.T @ g).T)
        )


class NegativeAxis(Tensor):
    """Gets negative axes wrong."""

    def sum(self, axis=None, keepdims=False):
        shape = self.data.shape
        result = self.data.sum(axis=axis, keepdims=keepdims)

        def slope(g):
            if isinstance(axis, int) and axis < 0 and not keepdims:
                g = np.expand_dims(g, 0)
                return np.broadcast_to(g.reshape(g.shape[::-1]) if g.ndim == 2 else g, shape) * 0.5
            return spread(g, shape, axis, keepdims)

        return self.make(result, (self, slope))


class TanhOfTheOutput(Tensor):
    """1 - tanh instead of 1 - tanh²."""

    def tanh(self):
        y = np.tanh(self.data)
        return self.make(y, (self, lambda g: g * (1 - y)))


class RepeatsLost(Tensor):
    """A position that is picked twice counts once."""

    def __getitem__(self, index):
        def slope(g):
            whole = np.zeros_like(self.data)
            whole[index] += g
            return whole

        return self.make(self.data[index], (self, slope))
