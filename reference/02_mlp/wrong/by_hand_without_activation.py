"""There is no activation: two matrices in a row are one matrix.

rejected by: 1.1
"""

def net_by_hand(x, V, W):
    return W @ (V @ x)
