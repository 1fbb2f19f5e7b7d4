"""The brightest pixel is held against the threshold, and the kernel is not used.

rejected by: 2.3
"""

def detect(images, kernel, threshold):
    return (images.max(axis=(1, 2)) > threshold).astype(int)
