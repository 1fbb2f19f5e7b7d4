"""The network ends with softmax, and the loss applies it again.

rejected by: 4.3
"""

def start_classifier(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 3), nn.Softmax(dim=1))
    return net, torch.optim.Adam(net.parameters(), lr=0.03)
