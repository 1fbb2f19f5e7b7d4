"""A covariance: it grows with the size of the kernels.

rejected by: 4.5
"""

def similarity(one, other):
    return np.mean((one - one.mean()) * (other - other.mean()))
