"""The loss is computed from the prediction's array, so no gradient comes back.

rejected by: 3.1
"""

def l2_loss(prediction, y):
    return Tensor(np.mean((prediction.data - y) ** 2))
