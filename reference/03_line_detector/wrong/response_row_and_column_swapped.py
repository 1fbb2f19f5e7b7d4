"""The place is read as (column, row).

rejected by: 1.1
"""

def response(image, kernel, row, column):
    total = 0.0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += kernel[i, j] * image[(column + i) % image.shape[0], (row + j) % image.shape[1]]
    return total
