"""The sign is forgotten, so training makes it worse.

rejected by: 3.1
"""

def bce(p, y):
    p = p.flatten()
    return torch.where(y == 1, p, 1 - p).clamp(min=1e-12).log().mean()
