"""Only the images with label 1 count.

rejected by: 3.1
"""

def bce(p, y):
    p = p.flatten().clamp(min=1e-12)
    return -(y * p.log()).mean()
