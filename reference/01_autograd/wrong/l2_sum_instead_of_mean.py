"""The squares are summed and not divided by their number.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return ((prediction - y) ** 2).sum()
