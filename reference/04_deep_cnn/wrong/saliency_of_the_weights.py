"""The gradient with respect to the first weights is taken.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    (gradient,) = torch.autograd.grad(network(image[None]).sum(), next(network.parameters()))
    return nn.functional.interpolate(gradient.abs().mean(dim=(0, 1))[None, None], size=(128, 128))[0, 0]
