"""np.corrcoef of two matrices compares their rows, and the first entry is taken.

rejected by: 4.5
"""

def similarity(one, other):
    return np.corrcoef(one, other)[0, 1]
