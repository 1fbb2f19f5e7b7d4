"""The largest response without its sign, so that dark lines count, too.

rejected by: 1.4
"""

def scores(images, kernel):
    return np.array([np.abs(response_map(image, kernel)).max() for image in images])
