"""The outputs are squeezed between 0 and 1.

rejected by: 4.3
"""

def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 3), nn.Sigmoid())
    return net, torch.optim.Adam(net.parameters(), lr=0.03)
