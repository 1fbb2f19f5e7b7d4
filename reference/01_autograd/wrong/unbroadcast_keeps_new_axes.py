"""New axes in front are summed but kept with length 1.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    added = gradient.ndim - len(shape)
    axes = tuple(range(added)) + tuple(added + axis for axis, length in enumerate(shape) if length == 1)
    return gradient.sum(axis=axes, keepdims=True)
