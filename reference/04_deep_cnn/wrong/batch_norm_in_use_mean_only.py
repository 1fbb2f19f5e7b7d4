"""Only the running mean is used; the variance is the batch's.

rejected by: 1.5
"""

def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    scale, shift, mean = (v.reshape(-1, 1, 1) for v in (scale, shift, running_mean))
    variance = x.var(dim=(0, 2, 3), keepdim=True, correction=0)
    return scale * (x - mean) / (variance + EPSILON).sqrt() + shift
