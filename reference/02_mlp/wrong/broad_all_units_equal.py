"""All hidden units begin equal, and stay so.

rejected by: 5.1
"""

def start_broad(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(1, 200), nn.Tanh(), nn.Linear(200, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(0.1 * torch.rand(1).item())
    return net, torch.optim.Adam(net.parameters(), lr=0.02)
