"""The probability of the wrong answer is taken.

rejected by: 3.1
"""

def bce(p, y):
    p = p.flatten()
    return -torch.where(y == 0, p, 1 - p).clamp(min=1e-12).log().mean()
