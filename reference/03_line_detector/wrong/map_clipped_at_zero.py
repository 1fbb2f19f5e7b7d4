"""Negative responses are set to 0.

rejected by: 1.2
"""

def response_map(image, kernel):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    return np.array([[max(response(image, kernel, row, column), 0.0) for column in range(columns)] for row in range(rows)])
