"""Scores below the threshold are taken for lines.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return (scores(images, kernel) < threshold).astype(int)
