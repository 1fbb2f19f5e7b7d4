"""The place of the maximum instead of its value.

rejected by: 1.4
"""

def scores(images, kernel):
    return np.array([float(response_map(image, kernel).argmax()) for image in images])
