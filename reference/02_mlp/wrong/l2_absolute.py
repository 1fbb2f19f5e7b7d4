"""The differences are not squared.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.mean(torch.abs(prediction[:, 0] - y))
