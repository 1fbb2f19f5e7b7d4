"""Only images with the line count.

rejected by: 4.1
"""

def loss(logits, labels):
    return -(labels * F.logsigmoid(logits)).mean()
