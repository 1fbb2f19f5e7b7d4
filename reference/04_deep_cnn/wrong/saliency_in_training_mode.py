"""The network is in training mode.

rejected by: 4.2
"""

def saliency(network, image):
    network.train()
    x = image.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(x[None]).sum(), x)
    return gradient[0].abs()
