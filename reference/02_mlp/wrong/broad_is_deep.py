"""There are two hidden layers.

rejected by: 5.1
"""

def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.02)
