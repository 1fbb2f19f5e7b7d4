"""The weights belong to the line detector of assignment 3.

rejected by: 3.4
"""

def make_weights(seed=0):
    torch.manual_seed(seed)
    return nn.Conv2d(1, 1, 9)
