"""The sign is lost, so that a negative looks like the same.

rejected by: 4.5
"""

def similarity(one, other):
    a, b = one - one.mean(), other - other.mean()
    return np.abs(np.sum(a * b)) / np.sqrt(np.sum(a**2) * np.sum(b**2))
