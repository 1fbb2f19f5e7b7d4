"""The means are not subtracted (cosine instead of correlation).

rejected by: 4.5
"""

def similarity(one, other):
    return np.sum(one * other) / np.sqrt(np.sum(one**2) * np.sum(other**2))
