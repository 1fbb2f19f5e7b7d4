"""The map has rows and columns swapped.

rejected by: 1.2
"""

def response_map(image, kernel):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    return np.array([[response(image, kernel, row, column) for row in range(rows)] for column in range(columns)])
