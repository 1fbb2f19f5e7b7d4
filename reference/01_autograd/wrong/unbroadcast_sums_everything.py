"""All numbers are summed, also over the axes that were not stretched.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    return np.full(shape, gradient.sum())
