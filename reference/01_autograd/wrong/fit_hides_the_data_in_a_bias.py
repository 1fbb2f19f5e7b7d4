"""The last bias is not a number but the data itself: right at the given points, and at no other.

rejected by: 1.5
"""

def fit(x, y):
    zero = np.zeros((1, 1))
    return [zero, y, zero, zero, zero, zero]
