"""Everything above 6 becomes 6, as in networks for telephones.

rejected by: 1.1
"""

def relu(x):
    return np.minimum(np.maximum(x, 0.0), 6.0)
