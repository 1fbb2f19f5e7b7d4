"""No seed is set.

rejected by: 2.2
"""

def start(seed, learning_rate):
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=learning_rate)
