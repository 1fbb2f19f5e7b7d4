"""The running variance takes in that of the batch, divided by m.

rejected by: 1.4
"""

def update_running(running_mean, running_variance, x):
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
    return 0.9 * running_mean + 0.1 * mean, 0.9 * running_variance + 0.1 * variance
