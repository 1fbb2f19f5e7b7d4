"""The kernel is centred on the place instead of having its corner there.

rejected by: 1.1
"""

def response(image, kernel, row, column):
    height, width = kernel.shape
    padded = np.pad(image, ((height // 2, height), (width // 2, width)))
    return np.sum(padded[row : row + height, column : column + width] * kernel)
