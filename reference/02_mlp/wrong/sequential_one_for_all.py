"""Every call returns the same network.

rejected by: 1.4
"""

_network = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1))

def sequential():
    return _network
