"""The kernel is flipped in both directions, as in mathematics.

rejected by: 1.1
"""

def response(image, kernel, row, column):
    height, width = kernel.shape
    return np.sum(image[row : row + height, column : column + width] * kernel[::-1, ::-1])
