"""The variance is divided by m - 1.

rejected by: 1.3
"""

def batch_norm(x, scale, shift):
    mean, variance = x.mean(dim=(0, 2, 3), keepdim=True), x.var(dim=(0, 2, 3), keepdim=True)
    return scale.reshape(-1, 1, 1) * (x - mean) / (variance + EPSILON).sqrt() + shift.reshape(-1, 1, 1)
