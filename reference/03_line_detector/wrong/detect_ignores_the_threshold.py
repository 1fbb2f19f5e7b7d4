"""Every positive score is taken for a line.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return (scores(images, kernel) > 0).astype(int)
