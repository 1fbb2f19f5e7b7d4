"""y becomes a row and broadcasts: every prediction is compared with every y.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return ((prediction.reshape(-1, 1) - y.reshape(1, -1)) ** 2).mean()
