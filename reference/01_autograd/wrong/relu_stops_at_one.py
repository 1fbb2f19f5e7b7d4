"""Large numbers are cut off at 1.

rejected by: 1.1
"""

def relu(x):
    return np.clip(x, 0, 1)
