"""There are three hidden units.

rejected by: 5.1
"""

def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 3), nn.ReLU(), nn.Linear(3, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.02)
