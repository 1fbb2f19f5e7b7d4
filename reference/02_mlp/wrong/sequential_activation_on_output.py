"""The output goes through tanh, too.

rejected by: 1.4
"""

def sequential():
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1), nn.Tanh())
