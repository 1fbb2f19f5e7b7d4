"""Logits are taken for probabilities.

rejected by: 4.1
"""

def loss(logits, labels):
    return F.binary_cross_entropy(logits.clamp(0, 1), labels)
