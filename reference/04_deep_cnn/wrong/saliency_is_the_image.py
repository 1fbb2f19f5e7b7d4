"""How bright a pixel is, not how much hangs on it.

rejected by: 4.2
"""

def saliency(network, image):
    return image[0].abs()
