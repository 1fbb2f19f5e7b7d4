"""The optimizer holds the parameters of another network.

rejected by: 2.2
"""

def start(seed, learning_rate):
    torch.manual_seed(seed)
    return Net(), torch.optim.SGD(Net().parameters(), lr=learning_rate)
