"""The kernel is flipped first, as if F.conv2d would flip it back.

rejected by: 3.1
"""

def response_maps(images, kernel):
    return F.conv2d(images[:, None], kernel.flip(0, 1)[None, None])[:, 0]
