"""The logarithm of 0 is taken.

rejected by: 3.1
"""

def bce(p, y):
    p = p.flatten()
    return -torch.where(y == 1, p, 1 - p).log().mean()
