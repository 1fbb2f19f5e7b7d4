"""The maximum starts at 0, so negative pixels become 0.

rejected by: 1.2
"""

def max_pool(images, k):
    return images.unfold(2, k, k).unfold(3, k, k).amax(dim=(4, 5)).clamp(min=0)
