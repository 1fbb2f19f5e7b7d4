"""Negative numbers are made small instead of 0: that is a leaky ReLU.

rejected by: 1.1
"""

def relu(x):
    return np.where(x > 0, x, 0.01 * x)
