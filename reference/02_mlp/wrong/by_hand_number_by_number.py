"""The last product is not summed.

rejected by: 1.1
"""

def net_by_hand(x, V, W):
    return W * torch.tanh(V @ x)
