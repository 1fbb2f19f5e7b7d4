"""The mean is over the first axis only, so the loss is not one number.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return ((prediction - y) ** 2).mean(axis=0)
