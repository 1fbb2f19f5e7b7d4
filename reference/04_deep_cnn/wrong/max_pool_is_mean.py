"""The mean of each block is taken.

rejected by: 1.2
"""

def max_pool(images, k):
    n, channels, height, width = images.shape
    rows, columns = height // k, width // k
    blocks = images[:, :, : rows * k, : columns * k].reshape(n, channels, rows, k, columns, k)
    return blocks.mean(dim=(3, 5))
