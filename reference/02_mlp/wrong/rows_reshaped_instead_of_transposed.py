"""The result is reshaped where it should be transposed.

rejected by: 1.2
"""

def net_on_rows(x, V, W):
    return (W @ torch.tanh(V @ x.T)).reshape(len(x), -1)
