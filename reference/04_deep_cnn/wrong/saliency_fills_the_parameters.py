"""The gradients of the parameters are filled on the way.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    x = image.detach().clone().requires_grad_()
    network(x[None]).sum().backward()
    return x.grad[0].abs()
