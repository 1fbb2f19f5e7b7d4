"""The learning rate is always 0.1.

rejected by: 2.2
"""

def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=0.1)
