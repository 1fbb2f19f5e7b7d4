"""The map is flipped instead of the kernel.

rejected by: 3.2
"""

def true_convolution(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None])[0, 0].flip(0, 1)
