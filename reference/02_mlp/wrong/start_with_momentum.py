"""The optimizer has momentum.

rejected by: 2.2
"""

def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.SGD(net.parameters(), lr=learning_rate, momentum=0.9)
