"""The sum over the images instead of the mean.

rejected by: 4.1
"""

def loss(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")
