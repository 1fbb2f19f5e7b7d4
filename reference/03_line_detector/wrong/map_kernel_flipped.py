"""The kernel is flipped, as scipy.signal.convolve2d does it.

rejected by: 1.2
"""

def response_map(image, kernel):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    return np.array([[response(image, kernel[::-1, ::-1], row, column) for column in range(columns)] for row in range(rows)])
