"""A matrix product instead of a product number by number.

rejected by: 1.1
"""

def response(image, kernel, row, column):
    height, width = kernel.shape
    return np.sum(image[row : row + height, column : column + width] @ kernel.T)
