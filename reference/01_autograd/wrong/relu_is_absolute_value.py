"""Negative numbers change their sign instead of becoming 0.

rejected by: 1.1
"""

def relu(x):
    return np.abs(x)
