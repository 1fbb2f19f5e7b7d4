"""The answers are sorted, so that they belong to other images.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return np.sort((scores(images, kernel) > threshold).astype(int))
