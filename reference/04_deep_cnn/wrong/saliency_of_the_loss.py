"""The gradient of a loss is taken instead of that of the output.

rejected by: 4.2
"""

def saliency(network, image):
    network.eval()
    x = image.detach().clone().requires_grad_()
    p = network(x[None])
    (gradient,) = torch.autograd.grad(bce(p, torch.ones(1)), x)
    return gradient[0].abs()
