"""The upstream gradient is multiplied by relu's value instead of its slope.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return upstream * relu(x)
