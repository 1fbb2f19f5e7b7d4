"""1 % of the gradient passes where x is negative.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return np.where(x > 0, upstream, 0.01 * upstream)
