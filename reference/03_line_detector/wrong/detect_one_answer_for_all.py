"""One answer for all images: whether there is a line in any of them.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return np.full(len(images), int(scores(images, kernel).max() > threshold))
