"""tanh is applied to the input instead of the hidden units.

rejected by: 1.2
"""

def net_on_rows(x, V, W):
    return torch.tanh(x) @ V.T @ W.T
