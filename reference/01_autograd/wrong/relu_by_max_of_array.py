"""np.max is taken for np.maximum: it gives the largest number of each column.

rejected by: 1.1
"""

def relu(x):
    return np.max(x, 0)
