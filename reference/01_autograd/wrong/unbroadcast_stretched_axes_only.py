"""New axes in front are forgotten.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient
