"""The kernel's height is also taken for its width.

rejected by: 1.1
"""

def response(image, kernel, row, column):
    size = len(kernel)
    total = 0.0
    for i in range(size):
        for j in range(min(size, kernel.shape[1])):
            total += kernel[i, j] * image[row + i, column + j]
    return total
