"""There is a factor of 1/2 that the formula does not have.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return ((prediction - y) ** 2).mean() * 0.5
