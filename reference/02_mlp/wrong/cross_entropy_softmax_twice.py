"""Softmax is applied twice.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    return nn.functional.cross_entropy(torch.softmax(logits, dim=1), labels)
