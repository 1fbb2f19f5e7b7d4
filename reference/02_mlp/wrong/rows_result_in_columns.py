"""The result has one column, not one row, for each point.

rejected by: 1.2
"""

def net_on_rows(x, V, W):
    return W @ torch.tanh(V @ x.T)
