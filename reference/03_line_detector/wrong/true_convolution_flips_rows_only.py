"""Only the rows of the kernel are flipped.

rejected by: 3.2
"""

def true_convolution(image, kernel):
    return F.conv2d(image[None, None], kernel.flip(0)[None, None])[0, 0]
