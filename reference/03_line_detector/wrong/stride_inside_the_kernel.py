"""The image is thinned out instead of the places.

rejected by: 1.3
"""

def response_map_with_stride(image, kernel, stride):
    rows = range(0, image.shape[0] - kernel.shape[0] + 1, stride)
    columns = range(0, image.shape[1] - kernel.shape[1] + 1, stride)
    thin = np.repeat(np.repeat(image[::stride, ::stride], stride, axis=0), stride, axis=1)[: image.shape[0], : image.shape[1]]
    return np.array([[response(thin, kernel, row, column) for column in columns] for row in rows])
