"""The slope is taken at tanh(x) instead of at x.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    y = np.tanh(x)
    return upstream * (1 - np.tanh(y) ** 2)
