"""The output goes through tanh, too.

rejected by: 1.1
"""

def net_by_hand(x, V, W):
    return torch.tanh(W @ torch.tanh(V @ x))
