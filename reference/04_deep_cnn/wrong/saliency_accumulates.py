"""The image keeps its gradient, so the second map is twice as bright.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    image.requires_grad_()
    network(image[None]).sum().backward()
    return image.grad[0].abs()
