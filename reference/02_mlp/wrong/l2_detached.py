"""The prediction is detached, so no gradient comes back.

rejected by: 2.1
"""

def l2_loss(prediction, y):
    return torch.mean((prediction.detach()[:, 0] - y) ** 2)
