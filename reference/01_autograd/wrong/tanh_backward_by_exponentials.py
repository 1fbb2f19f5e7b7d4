"""For large x, inf is divided by inf.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    t = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return upstream * (1 - t**2)
