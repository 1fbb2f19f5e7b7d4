"""The distance from the threshold is returned instead of a label.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return scores(images, kernel) - threshold
