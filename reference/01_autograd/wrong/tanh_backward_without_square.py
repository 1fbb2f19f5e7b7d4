"""The square is missing in 1 - tanh².

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    return upstream * (1 - np.tanh(x))
