"""(n, 1) minus (n,) compares every prediction with every label.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.mean((prediction - y) ** 2)
