"""The corner is taken to be at 0.5.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return upstream * (x > 0.5)
