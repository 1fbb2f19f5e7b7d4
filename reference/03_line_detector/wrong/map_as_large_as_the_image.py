"""The image is padded with zeros, so that the map is as large as the image.

rejected by: 1.2
"""

def response_map(image, kernel):
    height, width = kernel.shape
    up, left = (height - 1) // 2, (width - 1) // 2
    padded = np.pad(image, ((up, height - 1 - up), (left, width - 1 - left)))
    return np.array([[response(padded, kernel, row, column) for column in range(image.shape[1])] for row in range(image.shape[0])])
