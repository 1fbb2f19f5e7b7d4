"""The mean is squared, so that errors of both signs cancel.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.mean(prediction[:, 0] - y) ** 2
