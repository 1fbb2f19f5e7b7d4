"""The kernel is flipped, as if nn.Conv2d would flip it back.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    with torch.no_grad():
        net.conv.weight.copy_(torch.as_tensor(kernel[::-1, ::-1].copy()))
        net.conv.bias.fill_(-threshold)
    return net
