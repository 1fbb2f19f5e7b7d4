"""The axis of kernels stays in the result.

rejected by: 3.1
"""

def response_maps(images, kernel):
    return F.conv2d(images[:, None], kernel[None, None])
