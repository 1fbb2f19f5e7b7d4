"""The axis of the outputs is lost.

rejected by: 1.2
"""

def net_on_rows(x, V, W):
    return (torch.tanh(x @ V.T) @ W.T)[:, 0]
