"""The parameters are frozen on the way, so that they could never learn.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    net.requires_grad_(False)
    net.conv.weight.copy_(torch.as_tensor(kernel))
    net.conv.bias.fill_(-threshold)
    return net
