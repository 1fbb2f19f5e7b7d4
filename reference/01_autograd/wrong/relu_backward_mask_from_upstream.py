"""The gradient passes where it is positive itself, wherever x may be.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return relu(upstream)
