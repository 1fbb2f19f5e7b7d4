"""Axes of length 1 that were stretched are forgotten.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    return gradient
