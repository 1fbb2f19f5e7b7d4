"""The squares are summed.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.sum((prediction[:, 0] - y) ** 2)
