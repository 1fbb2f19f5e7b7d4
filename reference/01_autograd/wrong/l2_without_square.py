"""The differences are not squared, so they cancel.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return (prediction - y).mean()
