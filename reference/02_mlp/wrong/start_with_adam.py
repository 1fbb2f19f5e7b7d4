"""The optimizer is Adam.

rejected by: 2.2
"""

def start(seed, learning_rate):
    torch.manual_seed(seed)
    net = Net()
    return net, torch.optim.Adam(net.parameters(), lr=learning_rate)
