"""First divided, then the mean subtracted: the squares do not add up to 1 any more.

rejected by: 2.1
"""

def line_kernel(angle, size):
    theta = np.radians(angle)
    steps = np.arange(size) - size // 2
    x, y = steps[None, :], -steps[:, None]
    d = x * np.sin(theta) - y * np.cos(theta)
    kernel = np.exp(-(d**2))
    kernel = kernel / np.sqrt(np.sum(kernel**2))
    return kernel - kernel.mean()
