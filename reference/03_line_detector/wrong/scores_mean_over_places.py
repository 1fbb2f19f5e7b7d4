"""The mean of the response map instead of its maximum.

rejected by: 1.4
"""

def scores(images, kernel):
    return np.array([response_map(image, kernel).mean() for image in images])
