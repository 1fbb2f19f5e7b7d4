"""The loss is turned into a plain number, from which there is no way back.

rejected by: 4.1
"""

def loss(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels).item()
