"""The sign is changed within the caller's array.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    y *= -1
    return ((prediction + y) ** 2).mean()
