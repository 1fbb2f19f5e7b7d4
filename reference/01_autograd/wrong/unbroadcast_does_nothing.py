"""The gradient keeps the shape that broadcasting gave it.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    return gradient
