"""The running statistics stay as they are.

rejected by: 1.4
"""

def update_running(running_mean, running_variance, x):
    return running_mean, running_variance
