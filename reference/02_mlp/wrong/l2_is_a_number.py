"""The loss is a Python number, which knows no gradient.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.mean((prediction[:, 0] - y) ** 2).item()
