"""The last row and column of places is missing (off by one).

rejected by: 1.2
"""

def response_map(image, kernel):
    rows = max(image.shape[0] - kernel.shape[0], 1)
    columns = max(image.shape[1] - kernel.shape[1], 1)
    return np.array([[response(image, kernel, row, column) for column in range(columns)] for row in range(rows)])
