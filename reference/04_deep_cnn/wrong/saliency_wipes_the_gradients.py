"""The parameters' gradients are wiped afterwards, those that they held before as well.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    x = image.detach().clone().requires_grad_()
    network(x[None]).sum().backward()
    network.zero_grad()
    return x.grad[0].abs()
