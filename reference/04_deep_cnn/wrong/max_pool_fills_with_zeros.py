"""Blocks at the border are filled up with zeros instead of left out.

rejected by: 1.2
"""

def max_pool(images, k):
    height, width = images.shape[2:]
    images = nn.functional.pad(images, (0, -width % k, 0, -height % k))
    return images.unfold(2, k, k).unfold(3, k, k).amax(dim=(4, 5))
