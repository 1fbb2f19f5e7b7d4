"""The learning rate is far too high.

rejected by: 5.1
"""

def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 200), nn.ReLU(), nn.Linear(200, 1))
    return net, torch.optim.SGD(net.parameters(), lr=1.0)
