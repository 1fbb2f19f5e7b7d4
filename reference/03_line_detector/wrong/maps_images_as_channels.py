"""The images are taken for the channels of one image, and their maps are added up.

rejected by: 3.1
"""

def response_maps(images, kernel):
    kernels = kernel.expand(1, len(images), *kernel.shape)
    return F.conv2d(images[None], kernels)[0].expand(len(images), -1, -1)
