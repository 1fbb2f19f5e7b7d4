"""p (n, 1) and y (n,) are multiplied as they are: an n × n table.

rejected by: 3.1
"""

def bce(p, y):
    p = p.clamp(1e-12, 1 - 1e-7)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()
