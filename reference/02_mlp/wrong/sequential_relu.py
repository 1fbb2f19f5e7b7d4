"""The activation is another one.

rejected by: 1.4
"""

def sequential():
    return nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))
