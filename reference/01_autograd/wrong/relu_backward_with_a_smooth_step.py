"""The step at 0 is made smooth, and is wrong close to 0.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return upstream / (1 + np.exp(-1000 * x))
