"""The blocks overlap: the window moves by one pixel.

rejected by: 1.2
"""

def max_pool(images, k):
    return images.unfold(2, k, 1).unfold(3, k, 1).amax(dim=(4, 5))
