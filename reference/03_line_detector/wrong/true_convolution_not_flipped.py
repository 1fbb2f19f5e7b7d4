"""F.conv2d is taken for the convolution of mathematics.

rejected by: 3.2
"""

def true_convolution(image, kernel):
    return F.conv2d(image[None, None], kernel[None, None])[0, 0]
