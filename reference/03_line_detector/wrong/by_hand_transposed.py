"""The kernel is put in transposed.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    with torch.no_grad():
        net.conv.weight.copy_(torch.as_tensor(kernel.T.copy()))
        net.conv.bias.fill_(-threshold)
    return net
