"""In use, too, the batch's own mean and variance are taken.

rejected by: 1.5
"""

def batch_norm_in_use(x, scale, shift, running_mean, running_variance):
    return batch_norm(x, scale, shift)
