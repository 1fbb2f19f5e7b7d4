"""The threshold is the middle of the very images that are judged.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    found = scores(images, kernel)
    return (found > np.median(found)).astype(int)
