"""Only the rows of each block are compared, then every k-th column is kept.

rejected by: 1.2
"""

def max_pool(images, k):
    width = images.shape[3] // k * k
    return images.unfold(2, k, k).amax(dim=4)[..., :width:k]
