"""The weight is written to without no_grad, which PyTorch refuses.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    net.conv.weight[0, 0] = torch.as_tensor(kernel)
    net.conv.bias[0] = -threshold
    return net
