"""squeeze removes every axis of length 1, also that of a single image.

rejected by: 3.1
"""

def response_maps(images, kernel):
    return F.conv2d(images[:, None], kernel[None, None]).squeeze()
