"""The widths are exchanged: five inputs, two hidden units.

rejected by: 1.4
"""

def sequential():
    return nn.Sequential(nn.Linear(5, 2), nn.Tanh(), nn.Linear(2, 1))
