"""The kernel shows a line at right angles to the wanted one.

rejected by: 2.1
"""

def line_kernel(angle, size):
    theta = np.radians(angle)
    steps = np.arange(size) - size // 2
    x, y = steps[None, :], -steps[:, None]
    d = x * np.cos(theta) + y * np.sin(theta)
    kernel = np.exp(-(d**2))
    kernel = kernel - kernel.mean()
    return kernel / np.sqrt(np.sum(kernel**2))
