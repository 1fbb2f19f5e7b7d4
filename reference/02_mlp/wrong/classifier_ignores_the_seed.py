"""The seed is always 0.

rejected by: 4.3
"""

def start_classifier(seed):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 3))
    return net, torch.optim.Adam(net.parameters(), lr=0.03)
