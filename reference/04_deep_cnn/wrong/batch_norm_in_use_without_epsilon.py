"""Epsilon is forgotten.

rejected by: 1.5
"""

def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    scale, shift, mean, variance = (v.reshape(-1, 1, 1) for v in (scale, shift, running_mean, running_variance))
    return scale * (x - mean) / variance.sqrt() + shift
