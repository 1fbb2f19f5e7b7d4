"""Half the size is subtracted, not the middle pixel, so the line runs beside the middle.

rejected by: 2.1
"""

def line_kernel(angle, size):
    theta = np.radians(angle)
    steps = np.arange(size) - size / 2
    x, y = steps[None, :], -steps[:, None]
    d = x * np.sin(theta) - y * np.cos(theta)
    kernel = np.exp(-(d**2))
    kernel = kernel - kernel.mean()
    return kernel / np.sqrt(np.sum(kernel**2))
