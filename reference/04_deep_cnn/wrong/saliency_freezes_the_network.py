"""The parameters are told that they need no gradient, and stay so: the network cannot be trained any more.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    x = image.detach().clone().requires_grad_()
    network(x[None]).sum().backward()
    return x.grad[0].abs()
