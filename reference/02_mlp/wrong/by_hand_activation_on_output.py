"""tanh comes last instead of in between.

rejected by: 1.1
"""

def net_by_hand(x, V, W):
    return torch.tanh(W @ (V @ x))
