"""The network is linear.

rejected by: 4.3
"""

def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 32), nn.Linear(32, 3))
    return net, torch.optim.Adam(net.parameters(), lr=0.03)
