"""One maximum over all images for every image.

rejected by: 1.4
"""

def scores(images, kernel):
    return np.full(len(images), max(response_map(image, kernel).max() for image in images))
