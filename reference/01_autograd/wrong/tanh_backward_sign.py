"""The slope of tanh has the wrong sign.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    return upstream * (np.tanh(x) ** 2 - 1)
