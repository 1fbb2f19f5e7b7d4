"""Nine tenths of the way instead of one tenth.

rejected by: 1.4
"""

def update_running(running_mean, running_variance, x):
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3))
    return 0.1 * running_mean + 0.9 * mean, 0.1 * running_variance + 0.9 * variance
