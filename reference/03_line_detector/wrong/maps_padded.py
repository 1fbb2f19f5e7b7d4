"""padding='same' makes maps as large as the images.

rejected by: 3.1
"""

def response_maps(images, kernel):
    return F.conv2d(images[:, None], kernel[None, None], padding="same")[:, 0]
