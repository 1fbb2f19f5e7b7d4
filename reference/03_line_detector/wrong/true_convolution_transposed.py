"""The kernel is transposed instead of flipped.

rejected by: 3.2
"""

def true_convolution(image, kernel):
    return F.conv2d(image[None, None], kernel.T[None, None])[0, 0]
