"""There is no activation.

rejected by: 1.4
"""

def sequential():
    return nn.Sequential(nn.Linear(2, 5), nn.Linear(5, 1))
