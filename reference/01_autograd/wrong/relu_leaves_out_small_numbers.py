"""Small positive numbers become 0, too.

rejected by: 1.1
"""

def relu(x):
    return np.where(x > 0.01, x, 0.0)
