"""The zeros are written into the caller's upstream gradient.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    upstream[x <= 0] = 0
    return upstream
