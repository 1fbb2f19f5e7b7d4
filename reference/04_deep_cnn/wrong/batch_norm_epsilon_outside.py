"""Epsilon is added to the standard deviation, outside the root.

rejected by: 1.3
"""

def batch_norm(x, scale, shift):
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean(dim=(0, 2, 3), keepdim=True)
    return scale.reshape(-1, 1, 1) * (x - mean) / (variance.sqrt() + EPSILON) + shift.reshape(-1, 1, 1)
