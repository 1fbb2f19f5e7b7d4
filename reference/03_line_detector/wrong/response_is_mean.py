"""The products are averaged instead of summed.

rejected by: 1.1
"""

def response(image, kernel, row, column):
    height, width = kernel.shape
    return np.mean(image[row : row + height, column : column + width] * kernel)
