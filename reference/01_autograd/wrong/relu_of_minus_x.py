"""relu keeps the negative numbers instead of the positive ones.

rejected by: 1.1
"""

def relu(x):
    return np.maximum(-x, 0.0)
