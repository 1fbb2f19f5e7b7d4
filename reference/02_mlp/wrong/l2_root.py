"""A square root is taken of the mean.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.sqrt(torch.mean((prediction[:, 0] - y) ** 2))
