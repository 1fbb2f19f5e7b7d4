"""Stretched axes are averaged instead of summed.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    gradient = gradient.mean(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return gradient.mean(axis=stretched, keepdims=True)
