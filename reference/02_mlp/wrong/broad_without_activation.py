"""The network is a straight line.

rejected by: 5.1
"""

def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 200), nn.Linear(200, 1))
    return net, torch.optim.Adam(net.parameters(), lr=0.02)
