"""The bias keeps its random start.

rejected by: 3.4
"""

def by_hand(kernel, threshold):
    net = LineDetector(len(kernel))
    with torch.no_grad():
        net.conv.weight.copy_(torch.as_tensor(kernel))
    return net
