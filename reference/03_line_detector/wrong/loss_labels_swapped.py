"""The labels are taken the wrong way round.

rejected by: 4.1
"""

def loss(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, 1 - labels)
