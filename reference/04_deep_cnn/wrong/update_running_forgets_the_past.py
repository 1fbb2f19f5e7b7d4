"""Only the last batch is remembered.

rejected by: 1.4
"""

def update_running(running_mean, running_variance, x):
    return x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3))
