"""The number of rows is also taken for the number of columns.

rejected by: 1.2
"""

def response_map(image, kernel):
    places = range(image.shape[0] - kernel.shape[0] + 1)
    return np.array([[np.sum(image[row : row + len(kernel), column : column + kernel.shape[1]] * kernel)
                      if column + kernel.shape[1] <= image.shape[1] else 0.0 for column in places] for row in places])
