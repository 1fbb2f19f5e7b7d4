"""The sign of the gradient is kept.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    x = image.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(x[None]).sum(), x)
    return gradient[0]
