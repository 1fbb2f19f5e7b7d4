"""The gradient passes where x is negative.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return upstream * (x < 0)
