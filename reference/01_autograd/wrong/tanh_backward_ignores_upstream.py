"""tanh_backward returns the slope alone: the upstream gradient is ignored.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    return 1 - np.tanh(x) ** 2
