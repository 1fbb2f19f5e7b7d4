"""The kernel is written into a copy of the weight, so that nothing changes.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    weight = net.conv.weight.detach().clone()
    weight[0, 0] = torch.as_tensor(kernel)
    with torch.no_grad():
        net.conv.bias.fill_(-threshold)
    return net
